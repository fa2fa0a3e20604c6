import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PhasedLane } from '../../src/rollout/phases.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane, makePod } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

/** Jobs of the 10 s of the helper's phases, of whose pods three went away, of three. */
const jobs = (perSecond: number, p50Ms: number): PhasedLane => ({
  ...makeLane('jobs', {
    baseline: perSecond * 3,
    rollout: perSecond * 2,
    drain: perSecond * 3,
    'cool-down': perSecond * 2,
  }),
  p50Ms,
})

suite('a run with jobs for workers', () => {
  test('passes without new connections when the pods had jobs in hand', () => {
    const verdict = judgeRun(makeFacts({ lanes: [jobs(10, 600)] }))
    assert.deepEqual([verdict.outcome, verdict.reasons, verdict.smallestOutageMs], ['pass', [], null])
  })

  test('is inconclusive when there were too few jobs, or too short ones, for what it had to see', () => {
    for (const lane of [jobs(1, 600), jobs(10, 480)]) {
      const { outcome, reasons } = judgeRun(makeFacts({ lanes: [lane] }))
      assert.equal(outcome, 'inconclusive')
      assert.match(reasons.join(), /^too few jobs, or too short ones: .* raise --jobs-rate or --restarts/)
    }
  })

  test('does not take a single job of a short rollout for a rate', () => {
    const lane = { ...makeLane('jobs', { rollout: 50 }), p50Ms: 600 }
    assert.match(judgeRun(makeFacts({ lanes: [lane] })).reasons.join(), /^too few jobs, or too short ones/)
  })

  test('takes off what it takes to see that a job is done', () => {
    const { reasons } = judgeRun(makeFacts({ lanes: [jobs(10, 90)] }))
    assert.match(reasons.join(), /about 0\.0 jobs in hand/)
    // 10 a second for 0.4 s, of 0.45 s that were seen.
    assert.match(judgeRun(makeFacts({ lanes: [jobs(10, 450)] })).reasons.join(), /about 3\.5 jobs in hand/)
    // 1 a second for 1.51 s, of 1.7 s: of a long job the time is an eighth too long at most.
    assert.match(judgeRun(makeFacts({ lanes: [jobs(1, 1_700)] })).reasons.join(), /about 1\.5 jobs in hand/)
  })

  test('does not say that lost jobs could have been missed when it has seen some', () => {
    const lane = { ...makeLane('jobs', { rollout: 20 }, { rollout: 1 }), p50Ms: 100 }
    const failed = (code: string): RunFacts =>
      makeFacts({
        lanes: [lane],
        failures: [makeSample({ lane: 'jobs', error: { code, message: '', stage: 'wait' } })],
      })
    assert.deepEqual(judgeRun(failed('JOB_LOST')).reasons, ['1 job failed after the first restart began'])
    assert.match(judgeRun(failed('JOB_REFUSED')).reasons.join(), /too few jobs/)
  })

  test('takes off the time of a slow producer, in which no worker has the job', () => {
    const lane = { ...jobs(10, 600), counts: { producerMs: 400 * 100 } }
    assert.match(judgeRun(makeFacts({ lanes: [lane] })).reasons.join(), /about 1\.0 jobs in hand/)
  })

  test('says that no job was done, of which nothing follows', () => {
    const failed = { baseline: 30, rollout: 20, drain: 30, 'cool-down': 20 }
    const lane = { ...makeLane('jobs', failed, failed), p50Ms: 0, maxMs: 0 }
    const budgets = [{ allowance: { percent: 100 } }]
    for (const facts of [makeFacts({ lanes: [lane] }), makeFacts({ lanes: [lane], budgets })]) {
      const { outcome, reasons } = judgeRun(facts)
      assert.equal(outcome, facts.budgets.length > 0 ? 'inconclusive' : 'fail')
      assert.match(reasons.at(-1) ?? '', /^no job was done in this run: look whether a worker takes jobs/)
      assert.doesNotMatch(reasons.join(), /too few jobs/)
    }
  })

  test('counts the pods that went away: several rollouts see what one cannot', () => {
    const pods = Array.from({ length: 12 }, (_, index) => makePod(`pod-${index}`))
    assert.equal(judgeRun(makeFacts({ lanes: [jobs(10, 300)], pods })).outcome, 'pass')
  })

  test('does not need a generator that never pauses for 100 ms, beside other lanes it does', () => {
    const stall = { at: { wallMs: 4_000, monotonicMs: 4_000 }, ms: 300 }
    const health = { stalls: [stall] }
    const alone = judgeRun(makeFacts({ lanes: [jobs(10, 600)], health }))
    assert.deepEqual([alone.outcome, alone.unwatchedRestarts], ['pass', 0])
    const http = makeLane('new-connections', { baseline: 600, rollout: 400, drain: 600, 'cool-down': 400 })
    const both = judgeRun(makeFacts({ lanes: [http, jobs(10, 600)], health }))
    assert.deepEqual([both.outcome, both.unwatchedRestarts], ['inconclusive', 1])
    const long = { stalls: [{ ...stall, ms: 1_000 }] }
    assert.equal(judgeRun(makeFacts({ lanes: [jobs(10, 600)], health: long })).outcome, 'inconclusive')
  })
})
