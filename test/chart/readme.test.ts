import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chartPath, chartSuite, renderDeployment, test } from './helm.ts'
import { environmentOf } from './manifest.ts'

/** Cells of the table below a heading of the README, without its first two lines. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const section =
    readFileSync(join(chartPath, 'README.md'), 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

chartSuite('chart README and release', () => {
  test('the sum in it is what the server of a default release is told', async () => {
    const environment = environmentOf(await renderDeployment())
    const rows = tableBelow('The sum').filter(([, , variable]) => variable !== '')
    assert.equal(rows.length, 5)
    for (const [setting, value = '', variable = ''] of rows) {
      assert.equal(environment[variable.replaceAll('`', '')], `${value.replaceAll('*', '')}s`, setting)
    }
  })
})
