import { newPod, type PodRecord } from '../../e2e/pod-record.ts'
import type { Outcome } from '../../e2e/scenario.ts'
import { leastRequestsIn } from '../../e2e/verdict.ts'
import type { Report } from '../../src/core/report.ts'
import type { LaneDocument, LoadDocument } from '../../src/load/load-document.ts'
import { makeLane } from './run-facts.ts'

/** Restarts of the run in {@link outcome}. */
export const restarts = 11
const lanes = ['new-connections', 'sse'] as const
/** Wall-clock milliseconds at which its watch began. */
export const beganAt = 1_000_000

/** A report of a clean shutdown, whose drain began 22 s after the watch did. */
export const report = (changes: object = {}): Report =>
  ({
    startedAt: new Date(beganAt + 20_000).toISOString(),
    events: [
      { event: 'readinessFailed', ms: 0, inFlight: 3 },
      { event: 'shutdownDelayElapsed', ms: 2_000, inFlight: 1 },
      { event: 'hooksFinished', ms: 2_500, inFlight: 0 },
    ],
    forcedCloses: { total: 0 },
    ...changes,
  }) as unknown as Report

/** A pod that was replaced and lost nothing. */
export const pod = (changes: Partial<PodRecord> = {}): PodRecord => ({
  ...newPod('shop-1', 0),
  goneAt: 200_000,
  readyzFailed: true,
  exitCode: 0,
  report: report(),
  ...changes,
})

/** A lane in which all was well. */
export const lane = (changes: Partial<LaneDocument> = {}): LaneDocument => ({
  ...makeLane('new-connections', { load: 100_100 }),
  ...changes,
})

/** What is different from a run that lost nothing. */
export interface Changes {
  readonly outcome?: Partial<Outcome>
  readonly scenario?: Partial<Outcome['scenario']>
  readonly load?: Partial<LoadDocument>
  /** Replaces the first pod that was replaced. */
  readonly pod?: PodRecord
}

/** Eleven restarts of three pods that lost nothing. */
export function outcome(changes: Changes = {}): Outcome {
  const pods = Array.from({ length: 33 }, () => pod())
  if (changes.pod) pods[0] = changes.pod
  const load: Partial<LoadDocument> = {
    requests: 200_200,
    failed: 0,
    lanes: lanes.map((name) => lane({ lane: name })),
    leftOut: [],
    fellBack: [],
    failures: [],
    health: {
      loopDelayP50Ms: 10,
      loopDelayP99Ms: 12,
      loopDelayMaxMs: 40,
      stalls: [],
      ownFailures: 0,
      skipped: 0,
    },
    ...changes.load,
  }
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
      ...changes.scenario,
    },
    load: load as LoadDocument,
    downloads: [],
    pods,
    replaced: pods,
    restartedAt: [5_000, 50_000, 100_000, 150_000],
    beganAt,
    seconds: 300,
    inFlightAfter: 0,
    ...changes.outcome,
  }
}
