import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeControl, judgeZeroLoss, leastRequestsIn } from '../../e2e/verdict.ts'
import type { PodRecord } from '../../e2e/pods.ts'
import type { Outcome } from '../../e2e/scenario.ts'
import type { Report } from '../../src/core/report.ts'
import type { LoadDocument } from '../../src/load/load-document.ts'

const restarts = 11
const lanes = ['new-connections', 'sse'] as const

const pod = (changes: Partial<PodRecord> = {}): PodRecord => ({
  name: 'shop-1',
  seenAt: 0,
  readyzFailed: true,
  maxInFlight: 0,
  exitCode: 0,
  report: {
    events: [
      { event: 'readinessFailed', inFlight: 3 },
      { event: 'hooksFinished', inFlight: 0 },
    ],
    forcedCloses: { total: 0 },
  } as unknown as Report,
  log: [],
  ...changes,
})

function outcome(changes: Partial<Outcome> = {}, load: Partial<LoadDocument> = {}): Outcome {
  const pods = Array.from({ length: 33 }, () => pod())
  return {
    scenario: {
      name: 'express',
      about: '',
      example: 'express',
      restarts,
      lanes,
      rate: 210,
      leastRequests: leastRequestsIn(restarts, 210),
      metrics: false,
      values: [],
    },
    load: {
      requests: 200_200,
      failed: 0,
      lanes: lanes.map((lane) => ({ lane, requests: 100_100, own: 0 })),
      ...load,
    } as unknown as LoadDocument,
    pods,
    replaced: pods,
    restartedAt: [],
    beganAt: 0,
    seconds: 300,
    inFlightAfter: 0,
    ...changes,
  }
}

test('eleven restarts that lost nothing pass with at least 30 pods and 200,000 requests, and not with fewer', () => {
  assert.deepEqual(judgeZeroLoss(outcome()), [])
  assert.ok(leastRequestsIn(restarts, 210) >= 200_000)
  const few = judgeZeroLoss(outcome({ replaced: outcome().replaced.slice(0, 32) }, { requests: 200_199 }))
  assert.deepEqual(few, [
    '200199 requests, wanted at least 200200',
    '32 pods were replaced, wanted at least 33',
  ])
})

test('one failed request, a lane that sent nothing and a lane that is missing are each a fault', () => {
  const silent = [
    { lane: 'new-connections', requests: 1, own: 0 },
    { lane: 'sse', requests: 0, own: 0 },
  ] as unknown as LoadDocument['lanes']
  assert.deepEqual(judgeZeroLoss(outcome({}, { failed: 1 })), ['1 requests failed'])
  assert.deepEqual(judgeZeroLoss(outcome({}, { lanes: silent })), ['lanes without a request: sse'])
  assert.deepEqual(judgeZeroLoss(outcome({}, { lanes: silent.slice(0, 1) })), [
    'lanes without a request: some are missing',
  ])
})

test('a pod with an exit code, without a report or with something cut off is a fault', () => {
  const { report } = pod()
  const cut = { ...report, forcedCloses: { total: 2 } } as unknown as Report
  const [, , ...fine] = outcome().replaced
  assert.deepEqual(
    judgeZeroLoss(outcome({ replaced: [pod({ exitCode: 1, report: cut }), pod(), ...fine] })),
    ['shop-1: exit code 1 (undefined)', 'shop-1: 2 cut off, says its report'],
  )
  const { report: _, ...silent } = pod()
  assert.match(
    judgeZeroLoss(outcome({ replaced: [silent, pod(), ...fine] })).join('\n'),
    /no report in its termination/,
  )
})

test('a control that loses nothing is a fault', () => {
  assert.equal(judgeControl(outcome()).length, 1)
  assert.deepEqual(judgeControl(outcome({}, { failed: 1 })), [])
})
