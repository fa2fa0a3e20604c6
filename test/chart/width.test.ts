import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

/** The widest line that a chart's file may have: prettier formats no templates. */
const WIDEST = 140

/** Lines that are wider, with their places. */
function tooWide(file: string, text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.length > WIDEST ? [`${file}:${index + 1} has ${line.length}`] : []))
}

test('tooWide() names the place of a wide line', () => {
  assert.deepEqual(tooWide('a.tpl', `\n${'x'.repeat(WIDEST)}\n${'x'.repeat(WIDEST + 1)}`), [
    'a.tpl:3 has 141',
  ])
})

test('no template, Chart.yaml or values file of a chart has a line above 140 columns', () => {
  const files = globSync('charts/**/*.{tpl,yaml,txt}').filter(
    (file) => !file.includes('/charts/lastcall-lib/'),
  )
  assert.ok(files.length > 50, `found ${files.length} files`)
  assert.deepEqual(
    files.flatMap((file) => tooWide(file, readFileSync(file, 'utf8'))),
    [],
  )
})
