import type { LaneChanges } from './lane-changes.ts'
import type { LaneName, Sample } from './sample.ts'
import type { WithOperations } from './sent-operations.ts'
import type { Slot } from './slot.ts'
import type { LoopDelays } from './stall-watch.ts'

/** The record of one lane by wall time. */
export interface LaneRecord {
  readonly lane: LaneName
  /** Wall-clock milliseconds at which the lane began. */
  readonly startedMs: number
  /** Wall-clock milliseconds at which its last request ended; its start if none has. */
  readonly lastMs: number
  /**
   * Planned requests that were never sent: the generator was more than 1 s late, or too many answers were
   * outstanding.
   */
  readonly skipped: number
  /** In time order, without slots in which no request ended. */
  readonly slots: readonly Slot[]
}

/**
 * The record of one load generator, or of several together: plain JSON by wall time. It does not contain the
 * phases of a run.
 */
export interface LoadRecord extends LaneChanges, WithOperations {
  readonly startedAt: string
  readonly endedAt: string
  /** Number of generators in this record. */
  readonly generators: number
  /**
   * How far the times of two generators may differ, in milliseconds: the conversion between their clocks is
   * not exact. Absent: there is only one clock.
   */
  readonly clockErrorMs?: number
  readonly lanes: readonly LaneRecord[]
  /** Requests on connections that were idle for longer than this have a separate count. Milliseconds. */
  readonly idleLimitMs: number
  /** The failures in full, in the order in which they ended, up to {@link MAX_LISTED_FAILURES}. */
  readonly failures: readonly Sample[]
  /** Failures beyond the limit: counted in the lanes, not listed. */
  readonly failuresNotListed: number
  readonly health: LoopDelays
}

/** Limit of failures that are kept in full. Reading more of them does not explain a run. */
export const MAX_LISTED_FAILURES = 10_000
