import type { FailureBudget } from './failure-budget.ts'
import type { PhasedLoad, PhaseRecord } from './phases.ts'
import type { PodRecord } from './pod-record.ts'
import type { TimelineEvent } from './timeline.ts'
import type { TriggerName } from './trigger.ts'

/** The facts of a run before a verdict. */
export interface RunFacts {
  readonly startedAt: string
  readonly endedAt: string
  readonly durationMs: number
  readonly replicas: number
  /** The trigger that made pods go away. */
  readonly trigger: TriggerName
  /** Number of times that the trigger made pods go away. */
  readonly restarts: number
  /** True when the pods are generations of `lastcall run`, one after the other at one address. Absent: no. */
  readonly inPlace?: true
  /** The requested requests per second of each paced lane. */
  readonly ratePerSecond: number
  readonly phases: readonly PhaseRecord[]
  readonly load: PhasedLoad
  /** Failures that do not fail the run. Empty: no request may fail. */
  readonly budgets: readonly FailureBudget[]
  readonly pods: readonly PodRecord[]
  readonly timeline: readonly TimelineEvent[]
  /** Why the rollout could not finish, if it could not. */
  readonly stuck?: string
  /** What ended the run early: the name of a signal, or a failure. */
  readonly interruptedBy?: string
  /** Changes that could not be undone, and the remedy, one sentence each. Absent: none. */
  readonly leftBehind?: readonly string[]
  /** Facts that the observer could not know from its place, one sentence each. Absent: none. */
  readonly unknown?: readonly string[]
}
