import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { cpuTimeOf } from '../../bench/cpu-time.ts'
import { estimateOf } from '../../bench/figures.ts'
import type { Generation, Results } from '../../bench/results.ts'
import { benchSections } from '../../bench/tables.ts'
import { readTable } from '../../scripts/docs/markdown.ts'
import { benchRun } from '../helpers/bench-run.ts'

const withRatios = (ratios: readonly number[]): Results => {
  const values: Generation[] = ratios.map((ratio) => ({ pairs: 20, bare: 10, lastcall: 10 * ratio, busy: 1 }))
  return { throughput: { http: { run: benchRun, values } }, exit: {}, heap: {} }
}

function rowOf(results: Results): readonly string[] {
  const rendered = benchSections.find(({ name }) => name === 'throughput')?.render(results) ?? ''
  return readTable(rendered).find(([server]) => server === '`node:http`') ?? []
}

suite('a figure of the benchmark', () => {
  test('has the standard error of its generations', () => {
    const { mean, standardError } = estimateOf([1, 2, 3, 4])
    assert.equal(mean, 2.5)
    assert.ok(Math.abs(standardError - 0.6455) < 1e-4, String(standardError))
  })

  test('meets or misses its goal only when it is two standard errors away from it', () => {
    assert.equal(rowOf(withRatios([1.009, 1.011, 1.01]))[4], '≤ 1.015: met')
    assert.equal(rowOf(withRatios([1.019, 1.021, 1.02]))[4], '≤ 1.015: missed')
    assert.equal(rowOf(withRatios([0.98, 1.04, 1.01]))[4], '≤ 1.015: undecided')
  })

  test('prints the mean ratio, its error, and how many pairs in how many generations', () => {
    const row = rowOf(withRatios([1.009, 1.011, 1.01]))
    assert.deepEqual(row.slice(1, 4), ['10.00', '10.10', '1.0100 ± 0.0006'])
    assert.equal(row[5], '60 in 3')
  })

  test('is a dash before it is measured, and says how to measure it', () => {
    const none: Results = { throughput: {}, exit: {}, heap: {} }
    assert.deepEqual(rowOf(none).slice(1), Array(6).fill('–'))
    for (const { name, render } of benchSections)
      assert.match(render(none), new RegExp(`npm run bench -- --only ${name}`))
  })
})

test('the CPU time of a process grows with its work; without the counters of Linux it is refused', () => {
  if (process.platform !== 'linux') return assert.throws(() => cpuTimeOf(process.pid))
  const before = cpuTimeOf(process.pid)
  const until = process.cpuUsage().user + 50_000
  while (process.cpuUsage().user < until);
  const used = cpuTimeOf(process.pid) - before
  assert.ok(used > 25_000, `${used} µs`)
})
