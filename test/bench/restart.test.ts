import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sumLanes } from '../../bench/restart/load.ts'
import { peers } from '../../bench/restart/peers/index.ts'
import { nothingMeasured, type RestartResults } from '../../bench/restart/results.ts'
import { restartSections } from '../../bench/restart/tables.ts'
import { readTable } from '../../scripts/docs/markdown.ts'
import { benchRun } from '../helpers/bench-run.ts'

function rowsOf(part: keyof RestartResults, values: unknown): readonly (readonly string[])[] {
  const results = { ...nothingMeasured, [part]: { run: benchRun, values } } as RestartResults
  return readTable(restartSections.find((section) => section.part === part)!.render(results))
}

const lane = (name: string, failed = 0) => ({
  lane: name,
  requests: 500_000,
  failed,
  codes: failed === 0 ? {} : { ECONNRESET: failed },
  longestMs: 12.3,
})

suite('a table of bench:restart', () => {
  test('has each kind of request, their sum, and the memory of the supervisor with its goal', () => {
    const many = {
      restarts: 101,
      seconds: 300,
      lanes: { plain: [lane('keep-alive'), lane('websocket')], tls: [lane('http2', 2)] },
      memory: { now: 60_000_000, peak: 70_000_000 },
      doubts: [],
    }
    const rows = rowsOf('many', many).slice(1)
    assert.deepEqual(rows, [
      ['HTTP/1, keep-alive', '500,000', '0', '12 ms'],
      ['WebSocket messages, reconnect on 1001', '500,000', '0', '12 ms'],
      ['HTTP/2, TLS', '500,000', '2 (2 ECONNRESET)', '12 ms'],
      ['**all, in 101 restarts**', '1,500,000', '2', ''],
      ['memory of the supervisor (RSS)', '60.0 MB', '≤ 60 MB: met', ''],
    ])
    const fat = { ...many, memory: { now: 60_000_001, peak: 0 } }
    assert.equal(rowsOf('many', fat).at(-1)![2], '≤ 60 MB: missed')
  })

  test('has a row for each peer, with dashes for one that is not there', () => {
    const side = { restarts: 40, lanes: [lane('keep-alive'), lane('new-connections', 3)], doubts: [] }
    const [, first, second, ...others] = rowsOf('peers', { lastcall: side })
    assert.deepEqual(first, ['`lastcall run`', '40', '1,000,000', '0', '3 (3 ECONNRESET)', '12 ms'])
    assert.deepEqual(second?.slice(1), ['–', '–', '–', '–', '–'])
    assert.equal(others.length, peers.length - 3)
  })

  test('has what kills cost, and no peer that nobody starts again', () => {
    const kill = {
      kills: 20,
      requests: 10_000,
      refused: 1,
      unanswered: 2,
      lost: 3,
      longestMs: 222,
      doubts: [],
    }
    const rows = rowsOf('kills', { 'lastcall-standby': kill })
    const own = ['`lastcall run --standby`', '20', '10,000', '1', '2', '3', '222 ms']
    assert.deepEqual(rows[2], own)
    assert.ok(!rows.some(([title]) => title?.includes('SO_REUSEPORT')))
  })

  test('judges the ratio by the generations, each of which is one value', () => {
    const pair = (ratio: number) => ({ bare: 10_000, lastcall: 10_000 * ratio })
    const met = rowsOf('overhead', [
      [pair(0.99), pair(0.99), pair(0.5)],
      [pair(1), pair(1)],
    ])
    assert.deepEqual(met[1]?.slice(3), ['0.9950 ± 0.0050', '≥ 0.99: met', '5 in 2'])
    assert.match(rowsOf('overhead', [[pair(0.98)], [pair(0.98)]])[1]![4]!, /missed/)
  })

  test('has the time of a hand-over less the start of the program itself', () => {
    const rows = rowsOf('handOver', [
      { bare: 200, lastcall: 250 },
      { bare: 210, lastcall: 240 },
      { bare: 190, lastcall: 250 },
    ])
    assert.deepEqual(rows[1]?.slice(1), ['200 (190..210)', '250 (240..250)', '50 (30..60)', '≤ 50: met'])
  })

  test('is dashes before it is measured, and says how to measure it', () => {
    for (const { part, render } of restartSections) {
      assert.match(render(nothingMeasured), new RegExp(`–[^]*npm run bench:restart -- --only ${part}`))
    }
  })
})

test('sumLanes adds what several turns have met', () => {
  const turn = { lanes: [lane('keep-alive', 1), { ...lane('new-connections'), longestMs: 50 }], doubts: [] }
  const [first, second] = sumLanes([turn, turn, { lanes: [lane('new-connections')], doubts: [] }])
  assert.deepEqual(
    [first!.requests, first!.failed, first!.codes, second!.requests, second!.longestMs],
    [1_000_000, 2, { ECONNRESET: 2 }, 1_500_000, 50],
  )
})
