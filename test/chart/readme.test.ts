import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { isMap, parseDocument, type YAMLMap } from 'yaml'

import { chartPath, chartSuite, renderDeployment, test as chartTest } from './helm.ts'
import { environmentOf } from './manifest.ts'

interface Row {
  readonly key: string
  readonly value: string
  readonly description: string
}

const charts = join(chartPath, '..')
const read = (name: string, chart = 'lastcall'): string => readFileSync(join(charts, chart, name), 'utf8')

/** One row a value, from the `# --` comments of values.yaml, which is the form that helm-docs reads. */
function rowsOfValues(
  map: YAMLMap,
  path: readonly string[],
  lines: readonly string[],
  text: string,
): readonly Row[] {
  return map.items.flatMap(({ key, value }) => {
    const { value: name, range } = key as { value: string; range: readonly [number, number, number] }
    const own = [...path, name]
    if (isMap(value) && value.items.length > 0) return rowsOfValues(value as YAMLMap, own, lines, text)
    const above = lines[text.slice(0, range[0]).split('\n').length - 2] ?? ''
    assert.match(above, /^ *# -- /, `${own.join('.')} has no comment`)
    const shown = JSON.stringify((value as { toJSON: () => unknown }).toJSON())
    return [{ key: own.join('.'), value: shown, description: above.replace(/^ *# -- /, '') }]
  })
}

/** Cells of the table below a heading of the README, without its first two lines. */
function tableBelow(heading: string, chart?: string): readonly (readonly string[])[] {
  const section = read('README.md', chart).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

suite('chart README', () => {
  for (const [chart, least] of [
    ['lastcall', 60],
    ['lastcall-policies', 10],
  ] as const) {
    test(`the table of ${chart} is its values.yaml: every value, its default and its comment`, () => {
      const text = read('values.yaml', chart)
      const rows = rowsOfValues(parseDocument(text).contents as YAMLMap, [], text.split('\n'), text)
      assert.ok(rows.length >= least)
      const shown = tableBelow('Values', chart).map(([key = '', value = '', description = '']) => {
        return { key: key.replaceAll('`', ''), value: value.replaceAll('`', ''), description }
      })
      assert.deepEqual(shown, rows)
    })
  }
})

chartSuite('chart README and release', () => {
  chartTest('the sum in it is what the server of a default release is told', async () => {
    const environment = environmentOf(await renderDeployment())
    const rows = tableBelow('The sum').filter(([, , variable]) => variable !== '')
    assert.equal(rows.length, 5)
    for (const [setting, value = '', variable = ''] of rows) {
      assert.equal(environment[variable.replaceAll('`', '')], `${value.replaceAll('*', '')}s`, setting)
    }
  })
})
