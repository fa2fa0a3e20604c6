import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LoadOptions } from '../../src/load/load-options.ts'
import { lockNotice } from '../../src/rollout/job-review.ts'
import { judgeLoad } from '../../src/rollout/load-verdict.ts'
import { judgeRun, type Verdict } from '../../src/rollout/verdict.ts'
import { jobsLoad } from '../helpers/job-queue.ts'
import { makeFacts, makeLane } from '../helpers/run-facts.ts'

/** Judges jobs of which so many were done and looked at again. */
function judge(
  counts: Readonly<Record<string, number>>,
): readonly Omit<Verdict, 'smallestOutageMs' | 'unwatchedRestarts'>[] {
  const lane = makeLane('jobs', { baseline: 30, rollout: 20, drain: 30, 'cool-down': 20 })
  const facts = makeFacts({ lanes: [{ ...lane, p50Ms: 600, counts }] })
  return [judgeRun(facts), judgeLoad(facts.load)]
}

suite('done jobs at the end of a run', () => {
  test('were all looked at again: the report says so', () => {
    for (const { outcome, notes } of judge({ reviewed: 100, unreviewed: 0 })) {
      assert.equal(outcome, 'pass')
      assert.match(
        notes.join(),
        /^100 done jobs were looked at again at the end, no sooner than --jobs-lock after the last pod went away$/,
      )
    }
  })

  test('that could not be looked at again are no PASS where none may be done twice', () => {
    for (const { outcome, reasons } of judge({ reviewed: 99, unreviewed: 1 })) {
      assert.equal(outcome, 'inconclusive')
      assert.match(
        reasons.join(),
        /^1 done job could not be looked at again, .* lower --jobs-rate or shorten the run$/,
      )
    }
  })

  test('are only not counted where they may be done twice', () => {
    for (const { outcome, notes } of judge({ uncounted: 2 })) {
      assert.equal(outcome, 'pass')
      assert.match(notes.join(), /^"repeated" leaves out 2 done jobs/)
    }
    for (const { notes } of judge({ uncounted: 0 })) assert.deepEqual(notes, [])
  })
})

test('the end of a load says for how long it waits for locks, where it does', () => {
  const load = (lockMs: number): LoadOptions => jobsLoad({ url: 'http://jobs/' }, { lockMs, quietMs: 2_000 })
  assert.match(lockNotice(load(30_000)) ?? '', /: in 28 s and the time of the longest job/)
  for (const none of [load(2_000), load(0), { ...load(0), jobs: undefined }]) {
    assert.equal(lockNotice(none as LoadOptions), undefined)
  }
})
