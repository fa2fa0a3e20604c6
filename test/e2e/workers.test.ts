import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeWorkers, replacedIn } from '../../e2e/verdict.ts'
import { type Changes, lane, outcome, pod } from '../helpers/e2e-outcome.ts'

const all = replacedIn(outcome().run)
const { report: _, ...withoutReport } = pod()

test('judgeWorkers wants every job done, every pod replaced with a report, and a run that proves it', () => {
  const jobs = (changes: Changes = {}) =>
    outcome({ load: { lanes: [lane({ lane: 'jobs', p50Ms: 1_000 })] }, ...changes })
  assert.deepEqual(judgeWorkers(jobs()), { problems: [], doubts: [] })
  const lost = judgeWorkers(jobs({ load: { lanes: [lane({ lane: 'jobs', p50Ms: 1_000, failed: 1 })] } }))
  assert.match(lost.problems.join(), /^1 job failed after the first restart began$/)
  assert.deepEqual(judgeWorkers(jobs({ pod: withoutReport })).problems, [
    'shop-1: no report in its termination message',
  ])
  const few = judgeWorkers(jobs({ run: { pods: all.slice(0, 20) } })).problems
  assert.deepEqual(few, ['20 pods were replaced, wanted at least 33'])
  const short = judgeWorkers(jobs({ load: { lanes: [lane({ lane: 'jobs', p50Ms: 1 })] } }))
  assert.match(short.doubts.join(), /^too few jobs, or too short ones/)
})
