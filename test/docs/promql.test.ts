import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { metricTable } from '../../src/node/lifecycle/metric-table.ts'
import { needs } from '../helpers/needs.ts'
import { codeBlocksOf, top } from './pages.ts'

const blocks = ['docs/guides/metrics.md', 'docs/runbooks/alerts.md'].flatMap(codeBlocksOf)
const queries = blocks.filter(({ language }) => language === 'promql').map(({ code }) => code.trim())
const rules = blocks.filter(({ language, code }) => language === 'yaml' && code.startsWith('groups:'))

function checkRules(name: string, text: string): string {
  const folder = join(top, '.cache', 'promql')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

suite('queries in the guide to metrics and in the runbook', () => {
  test('they ask for metrics that exist', () => {
    const known = metricTable.map(({ name }) => `lastcall_${name}`)
    const text = [...queries, ...rules.map(({ code }) => code)].join('\n')
    const used = new Set([...text.matchAll(/\blastcall_\w+/g)].map(([name]) => name))
    assert.ok(queries.length >= 5 && rules.length === 1 && used.size >= 4)
    assert.deepEqual(
      [...used].filter((name) => !known.includes(name)),
      [],
    )
  })

  test('promtool accepts the queries', needs('promtool'), () => {
    const named = queries.map((expr, index) => ({ record: `query:${index}`, expr }))
    assert.equal(checkRules('queries.yaml', JSON.stringify({ groups: [{ name: 'docs', rules: named }] })), '')
  })

  test('promtool accepts the alerts', needs('promtool'), () => {
    assert.equal(checkRules('alerts.yaml', rules[0]?.code ?? ''), '')
  })

  test('promtool would refuse what is no query', needs('promtool'), () => {
    const wrong = { groups: [{ name: 'docs', rules: [{ record: 'query:0', expr: 'sum by (pod (up)' }] }] }
    assert.match(checkRules('wrong.yaml', JSON.stringify(wrong)), /parse error|could not parse/)
  })
})
