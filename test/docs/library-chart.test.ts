import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parse } from 'yaml'

import { readTable } from '../../scripts/docs/markdown.ts'
import { codeBlocksOf, readPage, sectionOf, top } from './pages.ts'

const guide = 'docs/guides/library-chart.md'
const library = join(top, 'charts/lastcall-lib/templates')
const sources = readdirSync(library).map((name) => readFileSync(join(library, name), 'utf8'))

/** Words of a table's first column. */
const firstColumn = (heading: string): readonly string[] =>
  readTable(sectionOf(guide, heading))
    .slice(1)
    .map(([name = '']) => name.replaceAll('`', ''))

/** Without the indentation, which a guide may cut. */
const flat = (text: string): string => text.replaceAll(/^ +/gm, '')

suite('documentation of the library chart', () => {
  test('what the guide shows stands in the chart that the tests render', () => {
    const fixture = ['_lastcall.tpl', 'deployment.yaml'].map((name) =>
      readPage(`test/chart/fixtures/podinfo-like/templates/${name}`),
    )
    const blocks = codeBlocksOf(guide).filter(({ language }) => language === 'gotemplate')
    assert.equal(blocks.length, 3)
    for (const { code, line } of blocks) {
      assert.ok(flat(fixture.join('\n')).includes(flat(code)), `${guide}:${line}`)
    }
  })

  test('every template of its table is one, and none that takes the dict is left out', () => {
    const shown = firstColumn('The templates')
    const wanted = ['env', 'probes', 'preStop', 'gracePeriod', 'ports', 'check'].map(
      (name) => `lastcall.v1.${name}`,
    )
    for (const name of wanted) assert.ok(shown.includes(name), name)
    for (const name of shown) {
      assert.ok(
        sources.some((text) => text.includes(`define "${name}"`)),
        name,
      )
    }
  })

  test('the keys of its dict and their defaults are those of the library', () => {
    const text = sources.join('\n').split('define "lastcall.v1.defaults" -}}')[1]?.split('{{- end')[0] ?? ''
    const defaults = parse(text) as Readonly<Record<string, unknown>>
    assert.deepEqual(firstColumn('The dict').toSorted(), Object.keys(defaults).toSorted())
    const rows = readTable(sectionOf(guide, 'The dict')).slice(1)
    for (const [name = '', value = ''] of rows) {
      const own = defaults[name.replaceAll('`', '')]
      const simple = typeof own === 'string' || typeof own === 'number'
      if (simple) assert.equal(value.replaceAll('`', ''), String(own), name)
    }
  })
})
