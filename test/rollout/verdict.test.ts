import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getOf } from '../../src/load/plain-request.ts'
import type { Stall } from '../../src/load/stall-watch.ts'
import { judgeRun, type Verdict } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

const requests = { baseline: 6_000, rollout: 4_000, drain: 6_000 }

test('judgeRun passes a run without failures, in one line', () => {
  const verdict = judgeRun(makeFacts({ lanes: [makeLane('new-connections', requests)] }))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.reasons], ['pass', 0, []])
  assert.equal(verdict.sentence, '0 failed of 16,000 requests in 1 rollout (3 pods replaced)')
})

test('judgeRun fails a run with one failed request', () => {
  const verdict = judgeRun(makeFacts({ lanes: [makeLane('new-connections', requests, { drain: 1 })] }))
  assert.deepEqual([verdict.outcome, verdict.exitCode], ['fail', 1])
  assert.match(verdict.reasons.join(), /^1 request failed after the first restart began$/)
})

test('judgeRun says which failures came before any restart', () => {
  const verdict = judgeRun(
    makeFacts({ lanes: [makeLane('new-connections', requests, { baseline: 4, rollout: 2 })] }),
  )
  assert.equal(verdict.outcome, 'fail')
  assert.match(verdict.reasons[0]!, /^4 requests failed in the baseline/)
  assert.match(verdict.reasons[1]!, /^2 requests failed after/)
})

test('judgeRun is inconclusive when the run was interrupted, and says nothing of what it therefore did not do', () => {
  const lanes = [makeLane('new-connections', { baseline: 10 }), makeLane('slow', {})]
  const verdict = judgeRun(makeFacts({ lanes, interruptedBy: 'SIGINT' }))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.smallestOutageMs], ['inconclusive', 3, null])
  assert.match(verdict.sentence, /^0 failed of 10 requests .*, ended early: SIGINT$/)
  assert.equal(verdict.reasons.length, 1)
  assert.match(verdict.reasons[0]!, /^the run ended early in its phase cool-down \(SIGINT\)/)
})

test('judgeRun fails an interrupted run with a failed request', () => {
  const lanes = [makeLane('new-connections', requests, { rollout: 1 })]
  const verdict = judgeRun(makeFacts({ lanes, interruptedBy: 'SIGINT' }))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.reasons.length], ['fail', 1, 2])
})

test('judgeRun notes what lanes sent instead of their own requests, once for each reason, and what was left out', () => {
  const instead = getOf('/')
  const fellBack = [
    { lane: 'keep-alive', instead, reason: 'no echo; pass --echo-path' },
    { lane: 'think-time', instead, reason: 'no echo; pass --echo-path' },
  ]
  const leftOut = [{ lane: 'slow', reason: 'too fast' }]
  const leftOutOperations = [{ operation: 'GET /a/{id}', reason: 'GET /a/1 answered 404' }]
  const { outcome, notes } = judgeRun(makeFacts({ changes: { fellBack, leftOut, leftOutOperations } }))
  assert.equal(outcome, 'pass')
  assert.deepEqual(notes, [
    'keep-alive and think-time sent GET / instead: no echo; pass --echo-path',
    'the lane slow was left out: too fast',
    'the operation GET /a/{id} was left out: GET /a/1 answered 404',
  ])
})

test('judgeRun is inconclusive when an outage of 100 ms could have been missed, and only when nothing failed', () => {
  const few = { baseline: 100, rollout: 40, drain: 60 }
  const clean = judgeRun(makeFacts({ lanes: [makeLane('new-connections', few)] }))
  const failed = judgeRun(makeFacts({ lanes: [makeLane('new-connections', few, { drain: 1 })] }))
  assert.deepEqual([clean.outcome, clean.exitCode, failed.exitCode], ['inconclusive', 3, 1])
  // ln(100) * 4 endpoints / 20 connections a second
  assert.equal(Math.round(clean.smallestOutageMs!), 921)
  assert.match(clean.reasons.join(), /922 ms.*--rate/)
  const slow = judgeRun({ ...makeFacts({ lanes: [makeLane('new-connections', few)] }), ratePerSecond: 185 })
  assert.match(slow.reasons.join(), /922 ms.*did not keep up with --rate 185/)
})

test('judgeRun is inconclusive without the lane that would have met an outage of the listener', () => {
  const verdict = judgeRun(makeFacts({ lanes: [makeLane('keep-alive', requests)] }))
  assert.deepEqual([verdict.exitCode, verdict.smallestOutageMs], [3, null])
  assert.match(verdict.reasons.join(), /new-connections/)
})

test("judgeRun is inconclusive when requests failed by the generator's own fault", () => {
  const verdict = judgeRun(makeFacts({ ownFailures: 3 }))
  assert.deepEqual([verdict.exitCode, verdict.smallestOutageMs], [3, null])
  assert.match(verdict.reasons.join(), /3 requests failed by this machine's own fault/)
})

// 200 new connections a second and 4 endpoints: they alone see 92.1 ms. Phases: baseline 0 to 3 s, rollout
// and drain 3 to 8 s, cool-down to 10 s.
const stallAt = (fromMs: number, ms: number): Stall => ({ at: { wallMs: fromMs, monotonicMs: fromMs }, ms })
const withStalls = (...stalls: Stall[]): Verdict => judgeRun(makeFacts({ health: { stalls } }))

test('judgeRun says which of several generators stalled', () => {
  const facts = makeFacts({ health: { stalls: [{ ...stallAt(4_000, 150), generator: 2 }] } })
  const { reasons } = judgeRun({ ...facts, load: { ...facts.load, generators: 3 } })
  assert.match(reasons.join(), /the load generator 2 of 3 stalled for 150 ms/)
})

test('judgeRun is inconclusive when the generator stalled for as long as the outage that a run has to detect', () => {
  const verdict = withStalls(stallAt(3_500, 60), stallAt(5_100, 142), stallAt(7_000, 100))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.smallestOutageMs], ['inconclusive', 3, null])
  assert.deepEqual(verdict.reasons, [
    'the load generator stalled for 142 ms at +5.1 s, the longest of 2 stalls: it would have missed an outage of 100 ms at that moment; ' +
      'use a quieter machine, a lower --rate or fewer --lanes',
  ])
})

test('judgeRun claims no outage that is as short as a stall of the generator', () => {
  for (const [ms, claimed] of [
    [60, 92.1],
    [92.2, 93],
    [95, 96],
    [99.9, 100],
  ] as const) {
    const { outcome, reasons, smallestOutageMs } = withStalls(stallAt(4_000, 51), stallAt(5_000, ms))
    assert.deepEqual([outcome, reasons], ['pass', []])
    assert.equal(Math.round(smallestOutageMs! * 10) / 10, claimed)
  }
  assert.equal(Math.round(withStalls(stallAt(1_000, 99)).smallestOutageMs!), 92)
})

test('judgeRun counts a stall that reaches into the rollout, and none before or after it', () => {
  for (const [stall, exitCode] of [
    [stallAt(2_900, 101), 3],
    [stallAt(2_900, 99), 0],
    [stallAt(7_999, 200), 3],
    [stallAt(8_000, 200), 0],
  ] as const)
    assert.equal(withStalls(stall).exitCode, exitCode, `${stall.at.monotonicMs} + ${stall.ms}`)
})

test('judgeRun never claims a finer outage than 100 ms to excuse a stall: the other lanes are blind as well', () => {
  const lanes = [makeLane('keep-alive', requests)]
  const verdict = judgeRun(makeFacts({ lanes, health: { stalls: [stallAt(4_000, 100)] } }))
  assert.match(
    verdict.reasons.join(),
    /stalled for 100 ms at \+4\.0 s: it would have missed an outage of 100 ms/,
  )
})

test('judgeRun is inconclusive when planned requests were never sent', () => {
  const lane = makeLane('new-connections', requests)
  const lanes = [{ ...lane, skipped: 509 }, makeLane('slow', { rollout: 5 })]
  const verdict = judgeRun(makeFacts({ lanes, health: { skipped: 509 } }))
  assert.deepEqual([verdict.exitCode, verdict.smallestOutageMs], [3, null])
  assert.match(
    verdict.reasons.join(),
    /^509 of 16514 planned requests were never sent \(new-connections 509\):/,
  )
})

test('judgeRun is inconclusive when a lane has no request that ended', () => {
  const lanes = [makeLane('new-connections', requests), makeLane('slow', {})]
  const verdict = judgeRun(makeFacts({ lanes }))
  assert.equal(verdict.exitCode, 3)
  assert.match(verdict.reasons.join(), /^no request of slow ended in this run/)
})

test('judgeRun fails a run with failures though the generator stalled, and says how many were under way then', () => {
  const error = { code: 'ECONNRESET', message: 'reset', stage: 'wait' } as const
  const failures = [
    makeSample({ error, startedAt: { wallMs: 4_900, monotonicMs: 4_900 }, endMs: 101 }),
    makeSample({ error, startedAt: { wallMs: 5_199, monotonicMs: 5_199 }, endMs: 5 }),
    makeSample({ error, startedAt: { wallMs: 4_900, monotonicMs: 4_900 }, endMs: 99 }),
    makeSample({ error, startedAt: { wallMs: 5_201, monotonicMs: 5_201 }, endMs: 5 }),
  ]
  const lanes = [makeLane('new-connections', requests, { drain: 4 })]
  const health = { stalls: [stallAt(5_000, 200)] }
  const verdict = judgeRun(makeFacts({ lanes, failures, health }))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.smallestOutageMs], ['fail', 1, null])
  assert.match(verdict.reasons[1]!, /^2 of these requests were under way while the load generator stalled/)
  assert.match(verdict.reasons[2]!, /^the load generator stalled for 200 ms/)
})

test('judgeRun looks for failures in every stall, also in one outside of the rollout', () => {
  const error = { code: 'ECONNRESET', message: 'reset', stage: 'wait' } as const
  const failures = [makeSample({ error, startedAt: { wallMs: 1_000, monotonicMs: 1_000 }, endMs: 50 })]
  const lanes = [makeLane('new-connections', requests, { baseline: 1 })]
  const health = { stalls: [stallAt(1_000, 200)] }
  const { reasons } = judgeRun(makeFacts({ lanes, failures, health }))
  assert.equal(reasons.length, 2)
  assert.match(reasons[0]!, /^1 request failed in the baseline/)
  assert.match(reasons[1]!, /^1 of these requests was under way while the load generator stalled/)
})

test('judgeRun says nothing about stalls when no failure was under way in one', () => {
  const lanes = [makeLane('new-connections', requests, { drain: 1 })]
  assert.deepEqual(judgeRun(makeFacts({ lanes, failures: [makeSample()] })).reasons, [
    '1 request failed after the first restart began',
  ])
})
