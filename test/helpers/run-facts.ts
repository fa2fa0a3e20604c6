import { type LaneChanges, noChanges } from '../../src/load/lane-changes.ts'
import type { LoadDocument } from '../../src/load/load-document.ts'
import type { LaneName, Sample } from '../../src/load/sample.ts'
import type { PhasedLane, PhaseName, PhaseRecord } from '../../src/rollout/phases.ts'
import type { PodRecord } from '../../src/rollout/pod-record.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import type { TriggerName } from '../../src/rollout/trigger.ts'

const at = (ms: number): { wallMs: number; monotonicMs: number } => ({ wallMs: ms, monotonicMs: ms })
const phase = (name: PhaseName, fromMs: number, toMs: number): PhaseRecord => ({
  name,
  startedAt: at(fromMs),
  endedAt: at(toMs),
})

/** A lane's figures, the requests spread over the phases as given. */
export function makeLane(
  lane: LaneName,
  requests: Record<string, number>,
  failed: Record<string, number> = {},
): PhasedLane {
  const sum = (counts: Record<string, number>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0)
  const rest = {
    own: 0,
    afterLongIdle: 0,
    raced: 0,
    counts: {},
    p50Ms: 1,
    p99Ms: 2,
    maxMs: 3,
    longestGapMs: 10,
  }
  const phases = Object.fromEntries(
    Object.entries(requests).map(([name, count]) => [
      name,
      { requests: count, failed: failed[name] ?? 0, ...rest },
    ]),
  )
  return { lane, requests: sum(requests), failed: sum(failed), skipped: 0, ...rest, phases }
}

export function makePod(name: string, parts: Partial<PodRecord> = {}): PodRecord {
  const base = {
    name,
    local: { pid: 1, port: 20_000, probePort: 20_001, http2Port: 20_002 },
    state: 'gone',
    startedAt: at(0),
    ending: 'clean',
    output: [],
  } as const
  return {
    ...base,
    readyAt: at(100),
    deletedAt: at(4_000),
    signalledAt: at(4_000),
    exitedAt: at(6_000),
    exitCode: 0,
    ...parts,
  }
}

/**
 * A run of one rollout of 3 pods in 5 s, with enough new connections to have seen an outage of 100 ms; what
 * is given replaces it.
 */
export function makeFacts(
  parts: {
    readonly lanes?: readonly PhasedLane[]
    readonly pods?: readonly PodRecord[]
    readonly failures?: readonly Sample[]
    readonly trigger?: TriggerName
    readonly budgets?: RunFacts['budgets']
    readonly stuck?: string
    readonly interruptedBy?: string
    readonly ownFailures?: number
    readonly changes?: Partial<LaneChanges>
    readonly health?: Partial<LoadDocument['health']>
  } = {},
): RunFacts {
  const lanes = parts.lanes ?? [
    makeLane('new-connections', { baseline: 600, rollout: 400, drain: 600, 'cool-down': 400 }),
  ]
  const sum = (pick: (lane: PhasedLane) => number): number =>
    lanes.reduce((total, lane) => total + pick(lane), 0)
  const health = {
    loopDelayP50Ms: 1,
    loopDelayP99Ms: 2,
    loopDelayMaxMs: 3,
    stalls: [],
    ownFailures: parts.ownFailures ?? 0,
    skipped: 0,
    ...parts.health,
  }
  const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:10.000Z' }
  return {
    ...times,
    durationMs: 10_000,
    replicas: 3,
    trigger: parts.trigger ?? 'restart',
    restarts: 1,
    ratePerSecond: 184,
    phases: [
      phase('baseline', 0, 3_000),
      phase('rollout', 3_000, 5_000),
      phase('drain', 5_000, 8_000),
      phase('cool-down', 8_000, 10_000),
    ],
    load: {
      ...times,
      generators: 1,
      requests: sum((lane) => lane.requests),
      failed: sum((lane) => lane.failed),
      lanes,
      ...noChanges,
      ...parts.changes,
      idleLimitMs: 2_000,
      failures: parts.failures ?? [],
      failuresNotListed: 0,
      health,
    },
    budgets: parts.budgets ?? [],
    pods: parts.pods ?? [makePod('pod-1'), makePod('pod-2'), makePod('pod-3')],
    timeline: [],
    ...(parts.stuck !== undefined && { stuck: parts.stuck }),
    ...(parts.interruptedBy !== undefined && { interruptedBy: parts.interruptedBy }),
  }
}
