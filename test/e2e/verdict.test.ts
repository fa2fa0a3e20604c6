import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listScenarios } from '../../e2e/scenarios.ts'
import {
  blindDoubts,
  judgeFault,
  judgeForeign,
  judgeSpared,
  judgeZeroLoss,
  leastRequestsIn,
  replacedIn,
} from '../../e2e/verdict.ts'
import type { PhasedLane, PhasedLoad } from '../../src/rollout/phases.ts'
import { makePod } from '../helpers/run-facts.ts'
import { beganAt, type Changes, lane, outcome, pod, report, restarts } from '../helpers/e2e-outcome.ts'

test('eleven restarts that lost nothing pass with at least 30 pods and 200,000 requests', () => {
  assert.deepEqual(judgeZeroLoss(outcome()), { problems: [], doubts: [] })
  assert.ok(leastRequestsIn(restarts, 210) >= 200_000)
})

const all = replacedIn(outcome().run)
const { report: _, ...withoutReport } = pod()
const twoLanes = (changes: Partial<PhasedLane>): Partial<PhasedLoad> => ({
  lanes: [lane(), lane({ lane: 'sse', ...changes })],
})

for (const [what, changes, problem] of [
  [
    'a verdict of its own',
    { verdict: { outcome: 'fail', reasons: ['1 request failed'] } },
    '1 request failed',
  ],
  ['an interruption', { run: { interruptedBy: 'SIGINT' } }, 'the run was interrupted: SIGINT'],
  [
    'a lane that sent something else',
    { load: { fellBack: [{ lane: 'sse', reason: 'no echo', instead: { method: 'GET', path: '/' } }] } },
    'lanes that sent something else: sse (no echo)',
  ],
  ['a lane that did not run', { load: { lanes: [lane()] } }, 'lanes that did not run: sse'],
  [
    'a lane that was left out',
    { load: { lanes: [lane()], leftOut: [{ lane: 'sse', reason: 'GET /events answered 404' }] } },
    'lanes that did not run: sse (GET /events answered 404)',
  ],
  ['too few requests', { load: { requests: 200_199 } }, '200199 requests, wanted at least 200200'],
  [
    'too few pods',
    { run: { pods: [...all.slice(0, 32), makePod('shop-2', { deletedAt: undefined })] } },
    '32 pods were replaced, wanted at least 33',
  ],
  [
    'reports that tell of nothing in flight',
    {
      run: {
        pods: all.map((one) => ({
          ...one,
          report: report({ events: [{ event: 'readinessFailed', ms: 0, inFlight: 0 }] }),
        })),
      },
    },
    'nothing was in flight in any shutdown, say the reports',
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
  ['a pod without a report', { pod: withoutReport }, 'shop-1: no report in its termination message'],
  [
    'a pod whose last words are no report',
    { pod: { ...withoutReport, message: 'panic: "x"' } },
    String.raw`shop-1: no report in its termination message, but "panic: \"x\""`,
  ],
  [
    'a pod whose readiness did not flip',
    { pod: pod({ report: report({ events: [{ event: 'hooksFinished', ms: 1, inFlight: 0 }] }) }) },
    'shop-1: readiness did not flip, says its report',
  ],
  [
    'a pod that ended with something in flight',
    { pod: pod({ report: report({ events: [{ event: 'readinessFailed', ms: 1, inFlight: 2 }] }) }) },
    'shop-1 ended with exit code 0, but had 2 requests or connections in flight at the end. ' +
      'What helps: nothing that ends the process before its drain is over',
  ],
  [
    'a pod that cut something off',
    { pod: pod({ forceClosed: 2 }) },
    'shop-1 ended with exit code 0, but force-closed 2 requests or connections. What helps: a longer drain timeout',
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

test('judgeZeroLoss allows a second try for every connection of the lane at every signal', () => {
  const load = twoLanes({ counts: { refused: 264, resent: 264 }, raced: 132 })
  assert.deepEqual(judgeZeroLoss(outcome({ load })).problems, [])
})

const { health, requests } = outcome().run.load
/**
 * Stalls of so many milliseconds, each at so many milliseconds of the load. The restarts begin at 5, 50, 100
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
  [
    'left requests unsent',
    { load: { health: { ...health, skipped: 7 } } },
    new RegExp(`^7 of ${requests + 7} planned requests`),
  ],
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

test('judgeFault wants the sentence that a fault brings, and fails a run that does not say it', () => {
  const seen = outcome({ verdict: { outcome: 'fail', reasons: ['shop-1 did not end in time'] } })
  assert.deepEqual(judgeFault(seen, /did not end/), { problems: [], doubts: [] })
  assert.deepEqual(judgeFault(outcome(), /did not end/).problems, [
    'the fault was not seen: wanted /did not end/, the run says nothing',
  ])
  assert.deepEqual(judgeFault(seen, /other/).problems, [
    'the fault was not seen: wanted /other/, the run says shop-1 did not end in time',
  ])
  const noted = outcome({ verdict: { notes: ['3 of 3 pods were ready'] } })
  assert.deepEqual(judgeFault(noted, /pods were ready/), { problems: [], doubts: [] })
})

test('judgeForeign asks new connections and the ends of the pods, and nothing of lastcall', () => {
  const foreign = (changes: Partial<PhasedLane>, ending: 'clean' | 'killed', pods = 3) =>
    outcome({
      scenario: { restarts: 1 },
      load: { lanes: [lane(changes), lane({ lane: 'keep-alive', failed: 3 })] },
      run: {
        pods: all.slice(0, pods).map((one) => ({ ...one, report: undefined, ending })),
        budgets: [{ lane: 'keep-alive', allowance: { percent: 100 } }],
      },
    })
  assert.deepEqual(judgeForeign(foreign({}, 'clean')).problems, [])
  const failed = judgeForeign(foreign({ failed: 1, requests: 9 }, 'clean')).problems
  assert.deepEqual(failed, ['1 request failed after the first restart began'])
  const silent = judgeForeign(foreign({ requests: 0 }, 'clean')).problems
  assert.deepEqual(silent, ['lanes without a request: new-connections'])
  assert.match(
    judgeForeign(foreign({}, 'killed')).problems.join(),
    /^shop-1, .* did not end within the grace/,
  )
  const few = judgeForeign(foreign({}, 'clean', 2)).problems
  assert.deepEqual(few, ['2 pods were replaced, wanted at least 3'])
})

test('of the lanes of a server that is not ours only that of new connections may lose nothing', () => {
  const foreign = listScenarios(undefined, 210).filter(({ judge }) => judge === judgeForeign)
  assert.deepEqual(
    foreign.map(({ name, flags }) => [name, flags]),
    ['go', 'nginx'].map((name) => [name, ['--budget', 'keep-alive=100%', '--budget', 'think-time=100%']]),
  )
})

test('runs of one restart are judged together about stalls', () => {
  const blind = outcome({ ...stalls(500, 60_000, 110_000, 160_000), run: { restarts: 4 } })
  assert.deepEqual(judgeSpared(blind), { problems: [], doubts: [] })
  assert.equal(blindDoubts([blind.run]).length, 1)
  assert.deepEqual(blindDoubts([blind.run, outcome().run]), [])
  assert.deepEqual(blindDoubts([]), [])
})
