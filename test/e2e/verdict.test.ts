import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeWatch } from '../../e2e/blind-restarts.ts'
import { judgeZeroLoss, leastRequestsIn } from '../../e2e/verdict.ts'
import type { LaneDocument, LoadDocument } from '../../src/load/load-document.ts'
import { beganAt, type Changes, lane, outcome, pod, report, restarts } from '../helpers/e2e-outcome.ts'

test('eleven restarts that lost nothing pass with at least 30 pods and 200,000 requests', () => {
  assert.deepEqual(judgeZeroLoss(outcome()), { problems: [], doubts: [] })
  assert.ok(leastRequestsIn(restarts, 210) >= 200_000)
})

const all = outcome().replaced
const { report: _, ...withoutReport } = pod()
const twoLanes = (changes: Partial<LaneDocument>): Partial<LoadDocument> => ({
  lanes: [lane(), lane({ lane: 'sse', ...changes })],
})

for (const [what, changes, problem] of [
  ['one failed request', { load: { failed: 1 } }, '1 requests failed'],
  ['a lane that did not run', { load: { lanes: [lane()] } }, 'lanes that did not run: sse'],
  [
    'a lane that was left out',
    { load: { lanes: [lane()], leftOut: [{ lane: 'sse', reason: 'GET /events answered 404' }] } },
    'lanes that did not run: sse (GET /events answered 404)',
  ],
  ['too few requests', { load: { requests: 200_199 } }, '200199 requests, wanted at least 200200'],
  ['too few pods', { outcome: { replaced: all.slice(0, 32) } }, '32 pods were replaced, wanted at least 33'],
  [
    'readiness that flips in half of the pods',
    {
      outcome: {
        replaced: [...all, ...all].map((one, index) => ({ ...one, readyzFailed: index % 2 === 0 })),
      },
    },
    '/readyz answered 503 in 33 of 66 terminating pods that were asked',
  ],
  ['no metric', { scenario: { metrics: true } }, 'the in-flight metric was never seen above 0'],
  [
    'reports that tell of nothing in flight',
    {
      outcome: {
        replaced: all.map((one) => ({
          ...one,
          report: report({ events: [{ event: 'readinessFailed', ms: 0, inFlight: 0 }] }),
        })),
      },
    },
    'nothing was in flight in any shutdown, say the reports',
  ],
  [
    'a metric that does not come down',
    { outcome: { inFlightAfter: 2 } },
    'the in-flight metric was 2 after the load had ended',
  ],
  [
    'a metric that cannot be read',
    { outcome: { inFlightAfter: Number.NaN } },
    'the in-flight metric was NaN after the load had ended',
  ],
  [
    'more refused streams than there were HTTP/2 connections',
    { load: twoLanes({ counts: { refused: 33 * 8 + 1 } }) },
    '265 HTTP/2 streams were refused, at most 264 may be: one for each of 8 connections when a pod goes away',
  ],
  [
    'more messages sent again than there were WebSockets',
    { load: twoLanes({ counts: { resent: 33 * 8 + 1 } }) },
    '265 WebSocket messages were sent again, at most 264 may be: one for each of 8 connections when a pod goes away',
  ],
  [
    'more lost races than there were clients with long pauses',
    { load: twoLanes({ raced: 33 * 4 + 1 }) },
    '133 requests were lost to the close of a connection that had been idle for too long, at most 132 may be: ' +
      'one for each of 4 connections when a pod goes away',
  ],
  [
    'a container that was restarted',
    { pod: pod({ restarts: 1 }) },
    'shop-1: its container was restarted 1 times',
  ],
  ['a pod with an exit code', { pod: pod({ exitCode: 1, endedBy: 'Error' }) }, 'shop-1: exit code 1 (Error)'],
  [
    'a killed pod',
    { pod: pod({ exitCode: 137, endedBy: 'OOMKilled' }) },
    'shop-1: exit code 137 (OOMKilled)',
  ],
  ['a pod without a report', { pod: withoutReport }, 'shop-1: no report in its termination message'],
  [
    'a pod whose last words are no report',
    { pod: { ...withoutReport, message: 'panic: "x"' } },
    String.raw`shop-1: its termination message is no report: "panic: \"x\""`,
  ],
  [
    'a pod whose readiness did not flip',
    { pod: pod({ report: report({ events: [{ event: 'hooksFinished', ms: 1, inFlight: 0 }] }) }) },
    'shop-1: readiness did not flip, says its report',
  ],
  [
    'a pod that ended with something in flight',
    { pod: pod({ report: report({ events: [{ event: 'readinessFailed', ms: 1, inFlight: 2 }] }) }) },
    'shop-1: 2 in flight at the end, says its report',
  ],
  [
    'a pod that cut something off',
    { pod: pod({ report: report({ forcedCloses: { total: 2 } }) }) },
    'shop-1: 2 force-closed, says its report',
  ],
] as readonly (readonly [string, Changes, string])[]) {
  test(`judgeZeroLoss fails a run with ${what}, and for that alone`, () => {
    assert.deepEqual(judgeZeroLoss(outcome(changes)), { problems: [problem], doubts: [] })
  })
}

test('judgeZeroLoss fails a lane that sent nothing, which is a doubt as well', () => {
  const { problems, doubts } = judgeZeroLoss(outcome({ load: twoLanes({ requests: 0 }) }))
  assert.deepEqual(problems, ['lanes without a request: sse'])
  assert.equal(doubts.length, 1)
})

test('judgeZeroLoss fails a restarted container of a pod that was not replaced', () => {
  const { replaced } = outcome()
  const { problems } = judgeZeroLoss(
    outcome({ outcome: { pods: [...replaced, pod({ name: 'shop-2', restarts: 2 })] } }),
  )
  assert.deepEqual(problems, ['shop-2: its container was restarted 2 times'])
})

test('judgeZeroLoss allows a second try for every connection of the lane at every signal, and a metric that moved', () => {
  const load = twoLanes({ counts: { refused: 264, resent: 264 }, raced: 132 })
  const scenario = { metrics: true }
  assert.deepEqual(judgeZeroLoss(outcome({ load, scenario, pod: pod({ maxInFlight: 1 }) })).problems, [])
})

const health = outcome().load.health
/**
 * Stalls of so many milliseconds, each at so many milliseconds of the watch. The restarts begin at 5, 50, 100
 * and 150 s, the last pod is gone at 200 s.
 */
const stalls = (length: number, ...times: readonly number[]): Changes => {
  const at = (ms: number) => ({ wallMs: beganAt + ms, monotonicMs: 0 })
  return { load: { health: { ...health, stalls: times.map((ms) => ({ at: at(ms), ms: length })) } } }
}

for (const [what, changes, doubt] of [
  [
    'stalled in three of four restarts',
    stalls(100, 4_901, 60_000, 110_000),
    /^the load generator stalled for 100 ms or longer in 3 of 4 restarts/,
  ],
  ['stalled in all of them', stalls(100, 5_000, 60_000, 110_000, 199_999), /in 4 of 4 restarts/],
  ['left requests unsent', { load: { health: { ...health, skipped: 7 } } }, /^7 of 200207 planned requests/],
  [
    'failed by its own fault',
    { load: { health: { ...health, ownFailures: 1 } } },
    /^1 request failed by this machine/,
  ],
  ['was too weak', { scenario: { rate: 100, leastRequests: 0 } }, /^too few new connections: .*185 ms/],
] as readonly (readonly [string, Changes, RegExp])[]) {
  test(`judgeZeroLoss finds a run inconclusive whose load generator ${what}`, () => {
    const { problems, doubts } = judgeZeroLoss(outcome(changes))
    assert.deepEqual([problems, doubts.length], [[], 1])
    assert.match(doubts[0]!, doubt)
  })
}

test('judgeZeroLoss has no doubts about stalls that are short, or in half of the restarts, or in none', () => {
  for (const changes of [
    stalls(99.9, 5_000, 60_000, 110_000, 199_999),
    stalls(500, 60_000, 61_000, 62_000, 110_000),
    stalls(100, 4_900, 60_000, 110_000, 200_000),
  ])
    assert.deepEqual(judgeZeroLoss(outcome(changes)).doubts, [])
})

test('describeWatch says how many restarts were watched', () => {
  assert.equal(
    describeWatch(outcome(stalls(500, 60_000, 61_000))),
    '3 of 4 restarts were watched without a stall of 100 ms or longer',
  )
})
