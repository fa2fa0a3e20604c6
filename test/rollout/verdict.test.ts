import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRehearsal } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane, makePod } from '../helpers/rehearsal-facts.ts'

const requests = { baseline: 6_000, rollout: 4_000, drain: 6_000 }

test('judgeRehearsal passes a run without failures, in one line', () => {
  const verdict = judgeRehearsal(makeFacts({ lanes: [makeLane('new-connections', requests)] }))
  assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.reasons], ['pass', 0, []])
  assert.equal(verdict.sentence, '0 failed of 16,000 requests in 1 rollout (3 pods replaced)')
})

test('judgeRehearsal fails a run with one failed request', () => {
  const verdict = judgeRehearsal(makeFacts({ lanes: [makeLane('new-connections', requests, { drain: 1 })] }))
  assert.deepEqual([verdict.outcome, verdict.exitCode], ['fail', 1])
  assert.match(verdict.reasons.join(), /^1 request failed after the first restart began$/)
})

test('judgeRehearsal says which failures came before any restart', () => {
  const verdict = judgeRehearsal(
    makeFacts({ lanes: [makeLane('new-connections', requests, { baseline: 4, rollout: 2 })] }),
  )
  assert.equal(verdict.outcome, 'fail')
  assert.match(verdict.reasons[0]!, /^4 requests failed in the baseline/)
  assert.match(verdict.reasons[1]!, /^2 requests failed after/)
})

for (const [ending, words] of [
  ['exit-code', /exit code that is not 0/],
  ['unhandled-signal', /no handler for SIGTERM/],
  ['killed', /did not end within the grace period/],
  ['crashed', /without being asked/],
  ['not-ready', /did not become ready/],
] as const) {
  test(`judgeRehearsal fails a run with a pod that ended as ${ending}, without failed requests`, () => {
    const verdict = judgeRehearsal(makeFacts({ pods: [makePod('pod-1'), makePod('pod-2', { ending })] }))
    assert.equal(verdict.exitCode, 1)
    assert.match(verdict.reasons.join(), words)
    assert.match(verdict.reasons.join(), /^pod-2 /)
  })
}

for (const ending of ['clean', 'running', 'port-taken'] as const) {
  test(`judgeRehearsal has nothing against a pod that ended as ${ending}`, () => {
    assert.equal(judgeRehearsal(makeFacts({ pods: [makePod('pod-1', { ending })] })).exitCode, 0)
  })
}

test('judgeRehearsal fails a rollout that could not be finished', () => {
  const verdict = judgeRehearsal(makeFacts({ stuck: 'pod-4 did not listen' }))
  assert.equal(verdict.exitCode, 1)
  assert.match(verdict.reasons.join(), /could not be finished: pod-4 did not listen/)
})

test('judgeRehearsal is inconclusive when a hole of 100 ms could have been missed, and only when nothing failed', () => {
  const few = { baseline: 100, rollout: 40, drain: 60 }
  const clean = judgeRehearsal(makeFacts({ lanes: [makeLane('new-connections', few)] }))
  const failed = judgeRehearsal(makeFacts({ lanes: [makeLane('new-connections', few, { drain: 1 })] }))
  assert.deepEqual([clean.outcome, clean.exitCode, failed.exitCode], ['inconclusive', 3, 1])
  // 4.6 * 4 endpoints / 20 connections a second
  assert.equal(clean.smallestHoleMs, 920)
  assert.match(clean.reasons.join(), /920 ms.*--rate/)
})

test('judgeRehearsal is inconclusive without the lane that would have met a hole', () => {
  const verdict = judgeRehearsal(makeFacts({ lanes: [makeLane('keep-alive', requests)] }))
  assert.deepEqual([verdict.exitCode, verdict.smallestHoleMs], [3, null])
  assert.match(verdict.reasons.join(), /new-connections/)
})

test('judgeRehearsal is inconclusive when the generator could not send', () => {
  const verdict = judgeRehearsal(makeFacts({ ownFailures: 3 }))
  assert.equal(verdict.exitCode, 3)
  assert.match(verdict.reasons.join(), /3 requests could not be sent/)
})
