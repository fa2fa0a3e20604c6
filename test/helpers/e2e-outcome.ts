import type { Outcome } from '../../e2e/scenario.ts'
import { leastRequestsIn } from '../../e2e/verdict.ts'
import type { Report } from '../../src/core/report.ts'
import { toRolloutDocument } from '../../src/report/json.ts'
import type { PhasedLane, PhasedLoad, PhaseRecord } from '../../src/rollout/phases.ts'
import type { PodRecord } from '../../src/rollout/pod-record.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import type { Verdict } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane, makePod } from './run-facts.ts'

/** Restarts of the run in {@link outcome}, but for its phases, of which there are four. */
export const restarts = 11
const lanes = ['new-connections', 'sse'] as const
/** Wall-clock milliseconds at which its load began. */
export const beganAt = 1_000_000

const instant = (ms: number): { wallMs: number; monotonicMs: number } => ({
  wallMs: beganAt + ms,
  monotonicMs: ms,
})

/** A report of a clean shutdown, whose drain began 22 s after the load did. */
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
export const pod = (changes: Partial<PodRecord> = {}): PodRecord =>
  makePod('shop-1', { deletedAt: instant(20_000), exitCode: 0, report: report(), forceClosed: 0, ...changes })

/** A lane in which all was well. */
export const lane = (changes: Partial<PhasedLane> = {}): PhasedLane => ({
  ...makeLane('new-connections', { rollout: 100_100 }),
  ...changes,
})

/** What is different from a run that lost nothing. */
export interface Changes {
  readonly outcome?: Partial<Outcome>
  readonly scenario?: Partial<Outcome['scenario']>
  readonly run?: Partial<RunFacts>
  readonly verdict?: Partial<Verdict>
  readonly load?: Partial<PhasedLoad>
  /** Replaces the first pod that was replaced. */
  readonly pod?: PodRecord
}

/** Four restarts, from 5, 50, 100 and 150 s on, each until the next; the last pod is gone at 200 s. */
const phases: readonly PhaseRecord[] = [
  { name: 'baseline', startedAt: instant(0), endedAt: instant(5_000) },
  ...[5_000, 50_000, 100_000, 150_000].flatMap((from, index, all) => {
    const until = all[index + 1] ?? 200_000
    return [
      { name: 'rollout' as const, startedAt: instant(from), endedAt: instant(from + 10_000) },
      { name: 'drain' as const, startedAt: instant(from + 10_000), endedAt: instant(until) },
    ]
  }),
]

const about = { workload: 'deployment/shop', namespace: 'shop', context: 'kind' }

/** Eleven restarts of three pods that lost nothing. */
export function outcome(changes: Changes = {}): Outcome {
  const pods = Array.from({ length: 33 }, () => pod())
  if (changes.pod) pods[0] = changes.pod
  const facts = makeFacts({ lanes: lanes.map((name) => lane({ lane: name })), pods })
  const load = { ...facts.load, ...changes.load }
  const run = toRolloutDocument({ ...facts, phases, restarts: 4, load, ...changes.run }, about)
  return {
    scenario: {
      name: 'express',
      about: '',
      image: 'express',
      replicas: 3,
      restarts,
      lanes,
      rate: 210,
      leastRequests: leastRequestsIn(restarts, 210),
      values: [],
      ...changes.scenario,
    },
    run: { ...run, verdict: { ...run.verdict, ...changes.verdict } },
    ...changes.outcome,
  }
}
