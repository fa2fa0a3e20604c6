import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { renderBeforeAfter, renderBeforeAfterLine } from '../../src/report/before-after.ts'
import { toBeforeAfterDocument, toRehearsalDocument } from '../../src/report/json.ts'
import { renderLive } from '../../src/report/live.ts'
import { renderLoad, renderLoadLine } from '../../src/report/load-summary.ts'
import { createPalette } from '../../src/report/palette.ts'
import { renderSummary } from '../../src/report/summary.ts'
import { judgeLoad } from '../../src/rollout/load-verdict.ts'
import type { PhasedLane } from '../../src/rollout/phases.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

const plainText = createPalette(false)
const http = makeLane('new-connections', { baseline: 600, rollout: 400, drain: 600, 'cool-down': 400 })
const jobs = makeLane('jobs', { baseline: 30, rollout: 40, drain: 30 }, { baseline: 1, rollout: 2 })
const lost = makeSample({
  lane: 'jobs',
  target: undefined,
  error: { code: 'JOB_LOST', stage: 'wait', message: 'the job was not done within 9 ms' },
})
const stall = { at: { wallMs: 0, monotonicMs: 0 }, ms: 5_000 }
const factsOf = (lanes: readonly PhasedLane[]): RunFacts =>
  makeFacts({ lanes, failures: [lost, lost], health: { stalls: [stall] } })
const alone = factsOf([jobs])
const both = factsOf([http, jobs])

suite('a report calls jobs jobs', () => {
  test('in its verdict and its reasons', () => {
    const { sentence, reasons } = judgeRun(alone)
    assert.equal(sentence, '3 failed of 100 jobs in 1 rollout (3 pods replaced)')
    assert.match(reasons[0]!, /^1 job failed in the baseline, .*, or lower --jobs-rate$/)
    assert.equal(reasons[1], '2 jobs failed after the first restart began')
    assert.match(reasons[2]!, /^2 of these jobs were under way while the load generator stalled/)
    assert.equal(judgeLoad(alone.load).sentence, '3 failed of 100 jobs')
  })

  test('beside requests both have their number', () => {
    const { sentence, reasons } = judgeRun(both)
    assert.match(sentence, /^3 failed of 2,000 requests and 100 jobs in 1 rollout/)
    assert.match(reasons[0]!, /^1 job failed in the baseline, .*, or lower --jobs-rate$/)
    const broken = makeLane('keep-alive', { baseline: 9 }, { baseline: 7 })
    const [first] = judgeRun(factsOf([broken, jobs])).reasons
    assert.match(first!, /^7 requests and 1 job failed in the baseline, .*, or lower --rate or --jobs-rate$/)
  })

  test('in the table, the failures and the result of a load', () => {
    const text = renderSummary(toRehearsalDocument(alone, ['node']), plainText)
    assert.match(text, /^lane +phase +jobs +failed/)
    assert.match(text, /\nJob not done: 2 jobs, the job was not done in time/)
    assert.match(renderSummary(toRehearsalDocument(both, ['node']), plainText), /^lane +phase +requests/)
    assert.match(renderLoad(alone.load, judgeLoad(alone.load), plainText), /^lane +phase +jobs +failed/)
  })

  test('while it runs', () => {
    const load = [
      { lane: 'slow', requests: 9, failed: 0 },
      { lane: 'jobs', requests: 3, failed: 1 },
    ]
    const live = renderLive({ phase: 'drain', elapsedMs: 0, pods: [], load }, plainText)
    assert.match(live, /\n {2}slow +9 requests {2}0 failed\n {2}jobs +3 jobs {6}1 failed$/)
    assert.equal(renderLoadLine(load), '9 requests and 3 jobs, 1 failed  (slow 9/0  jobs 3/1)')
  })

  test('in two runs side by side', () => {
    const run = toRehearsalDocument(alone, ['node'])
    const document = toBeforeAfterDocument(run, toRehearsalDocument(alone, ['node'], { auto: true }))
    const text = renderBeforeAfter(document, plainText)
    assert.match(text, /\nall jobs +3 failed of 100 +3 failed of 100\n/)
    assert.match(text, /\nBefore, 3 jobs failed:\n/)
    assert.match(renderBeforeAfterLine(document, plainText), /3 failed of 100 jobs under lastcall\/auto/)
  })

  test('that were never sent, that failed here, or of which none ended', () => {
    const doubtsOf = (
      changes: Partial<PhasedLane>,
      health: { skipped?: number; ownFailures?: number },
    ): string => judgeLoad(makeFacts({ lanes: [{ ...jobs, ...changes }], health }).load).reasons.join()
    assert.match(
      doubtsOf({ skipped: 5 }, { skipped: 5 }),
      /^5 of 105 planned jobs were never sent \(jobs 5\): .*; lower --jobs-rate or use/,
    )
    assert.match(
      doubtsOf({ own: 2 }, { ownFailures: 2 }),
      /^2 jobs failed by this .*; lower --jobs-rate or raise/,
    )
    assert.match(doubtsOf({ requests: 0 }, {}), /^no job of jobs ended in this run/)
  })
})
