import type { FailureBudget } from './failure-budget.ts'
import type { PhasedLoad, PhaseRecord } from './phases.ts'
import type { PodRecord } from './pod-record.ts'
import type { TimelineEvent } from './timeline.ts'
import type { TriggerName } from './trigger.ts'

/** What a run was and how it ended, before anybody judged it. */
export interface RunFacts {
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly replicas: number
  /** What made pods go away. */
  readonly trigger: TriggerName
  /** How often it was begun; a rollout is one. */
  readonly restarts: number
  /** Requests per second of each paced lane that were asked for. */
  readonly ratePerSecond: number
  readonly phases: readonly PhaseRecord[]
  readonly load: PhasedLoad
  /** Failures that do not fail the run; empty: none may fail. */
  readonly budgets: readonly FailureBudget[]
  readonly pods: readonly PodRecord[]
  readonly timeline: readonly TimelineEvent[]
  /** Why a rollout could not be finished, when it could not. */
  readonly stuck?: string
  /**
   * What ended the run in its last phase, when it did not reach its end: the name of a signal, or what broke.
   */
  readonly interruptedBy?: string
  /** What could not be taken back, and what to do about it, one sentence each; left out: nothing. */
  readonly leftBehind?: readonly string[]
  /** What could not be known from where the pods were observed, one sentence each; left out: nothing. */
  readonly unknown?: readonly string[]
}
