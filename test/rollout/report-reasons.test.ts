import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Report } from '../../src/core/report.ts'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts, makePod } from '../helpers/run-facts.ts'

const reportWith = (inFlight: number): Report =>
  ({
    events: [
      { event: 'drainTimedOut', ms: 1, inFlight: 9 },
      { event: 'hooksFinished', ms: 2, inFlight },
    ],
  }) as unknown as Report

test('judgeRun fails a run whose pods force-closed something, though with exit code 0', () => {
  const pods = [1, 0, 2].map((forceClosed, index) => makePod(`pod-${index}`, { forceClosed }))
  const { exitCode, reasons } = judgeRun(makeFacts({ pods }))
  assert.equal(exitCode, 1)
  assert.deepEqual(reasons, [
    'pod-0, pod-2 ended with exit code 0, but force-closed 3 requests or connections. What helps: a longer drain timeout',
  ])
})

test('judgeRun fails a run whose pod had something in flight at its end, though with exit code 0', () => {
  const pods = [makePod('pod-1', { report: reportWith(1) }), makePod('pod-2', { report: reportWith(0) })]
  const { exitCode, reasons } = judgeRun(makeFacts({ pods }))
  assert.equal(exitCode, 1)
  assert.match(
    reasons.join(),
    /^pod-1 ended with exit code 0, but had 1 request or connection in flight at the end\. [^,]*$/,
  )
})

test('judgeRun says once what a pod lost whose exit code tells of it', () => {
  const pod = makePod('pod-1', { ending: 'exit-code', exitCode: 1, forceClosed: 2, report: reportWith(1) })
  assert.equal(judgeRun(makeFacts({ pods: [pod] })).reasons.length, 1)
})

test('judgeRun has nothing against a report without events, which had to be short', () => {
  const report = { events: [] } as unknown as Report
  assert.deepEqual(judgeRun(makeFacts({ pods: [makePod('pod-1', { report })] })).reasons, [])
})
