import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { recordMany } from '../../bench/load/memory.ts'
import type { LoadResults } from '../../bench/load/results.ts'
import { loadSections } from '../../bench/load/tables.ts'
import { readTable } from '../../scripts/docs/markdown.ts'
import { benchRun } from '../helpers/bench-run.ts'

const program = fileURLToPath(new URL('../../bench/load/run.ts', import.meta.url))

const blocksOf = (...rates: number[]) =>
  rates.map((rate) => ({ requestsPerSecond: rate, requestsPerCpuSecond: 2 * rate }))

function rowsOf(name: string, results: LoadResults): readonly (readonly string[])[] {
  return readTable(loadSections.find((section) => section.name === name)!.render(results))
}

suite('a table of the load engine', () => {
  const speedOf = (own: readonly number[]): LoadResults => ({
    speed: {
      run: benchRun,
      blocks: {
        'keep-alive': { 'lastcall load': blocksOf(...own), autocannon: blocksOf(900, 1_000, 1_100) },
        'new-connections': {},
      },
    },
    memory: null,
  })

  test('has the median, the spread, the CPU time, and whether the goal is met', () => {
    const [, first, second, third] = rowsOf('load', speedOf([400, 500, 600]))
    const own = ['lastcall load, keep-alive', '500 (400..600)', '1,000 (800..1,200)', '0.50, ≥ 0.5: met']
    assert.deepEqual(first, own)
    assert.deepEqual(second, ['autocannon, keep-alive', '1,000 (900..1,100)', '2,000 (1,800..2,200)', '1.00'])
    assert.deepEqual(third, ['wrk, keep-alive', '–', '–', '–'])
    assert.match(rowsOf('load', speedOf([400, 499, 600]))[1]![3]!, /missed/)
  })

  test('says whether the memory and the log are within their goals', () => {
    const footprint = { rssBytes: 100_000_000, logBytes: 50_000_001 }
    const [, memory, log] = rowsOf('load-memory', { speed: null, memory: { run: benchRun, footprint } })
    assert.deepEqual(memory?.slice(1), ['100.0 MB', '≤ 100 MB: met'])
    assert.deepEqual(log?.slice(1), ['50.0 MB', '≤ 50 MB: missed'])
  })

  test('is dashes before it is measured, and says how to measure it', () => {
    for (const { render } of loadSections)
      assert.match(render({ speed: null, memory: null }), /–[^]*npm run bench:load/)
  })
})

test('recordMany sees that what is recorded takes room', () => {
  const { logBytes } = recordMany(10_000, () => undefined)
  // 12 s of four lanes in slots of 100 ms.
  assert.ok(logBytes > 20_000, `${logBytes} bytes`)
})

const skip = process.platform === 'linux' ? false : 'needs Linux'
// The program installs autocannon when it is not there.
test('bench:load runs as a whole, and keeps nothing when it is told not to', { skip }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--short', '--dry'])
  assert.match(stdout, /load average/)
  const [, own, other] = readTable(stdout)
  for (const row of [own, other]) assert.match(row![1]!, /^[\d,]+ \(/)
})
