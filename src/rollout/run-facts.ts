import type { LoadDocument } from '../load/load-document.ts'
import type { Instant } from '../load/sample.ts'
import type { PodRecord } from './pod-record.ts'
import type { TimelineEvent } from './timeline.ts'

/** Parts of a run. Requests count under the one in which they end. */
export type PhaseName = 'start' | 'self-test' | 'baseline' | 'rollout' | 'drain' | 'cool-down'

/** One phase as it happened; with several restarts `rollout` and `drain` come several times. */
export interface PhaseRecord {
  readonly name: PhaseName
  readonly startedAt: Instant
  readonly endedAt: Instant
}

/** What a run was and how it ended, before anybody judged it. */
export interface RunFacts {
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly replicas: number
  /** Rollouts that began. */
  readonly restarts: number
  readonly phases: readonly PhaseRecord[]
  readonly load: LoadDocument
  readonly pods: readonly PodRecord[]
  readonly timeline: readonly TimelineEvent[]
  /** Why a rollout could not be finished, when it could not. */
  readonly stuck?: string
  /** What ended the run in its last phase, when it did not reach its end: the name of a signal. */
  readonly interruptedBy?: string
}
