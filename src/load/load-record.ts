import type { LaneChanges } from './lane-changes.ts'
import type { LaneName, Sample } from './sample.ts'
import type { WithOperations } from './sent-operations.ts'
import type { Slot } from './slot.ts'
import type { LoopDelays } from './stall-watch.ts'

/** What one lane did, by wall time. */
export interface LaneRecord {
  readonly lane: LaneName
  /** Wall-clock milliseconds at which the lane began. */
  readonly startedMs: number
  /** Wall-clock milliseconds at which its last request ended; its start when none has. */
  readonly lastMs: number
  /**
   * Planned requests that were never sent: the generator was more than 1 s late, or too many answers were
   * outstanding.
   */
  readonly skipped: number
  /** In the order of time; slots in which nothing ended are left out. */
  readonly slots: readonly Slot[]
}

/**
 * What a load generator knows, or what several know together: plain JSON, all of it by wall time. It knows
 * nothing about the phases of a run.
 */
export interface LoadRecord extends LaneChanges, WithOperations {
  readonly startedAt: string
  readonly endedAt: string
  /** How many generators it is the sum of. */
  readonly generators: number
  /**
   * By how much times of one generator may be wrong beside those of another, in milliseconds: their clocks
   * are brought to one, and that is not exact. Left out: there is only one clock
   */
  readonly clockErrorMs?: number
  readonly lanes: readonly LaneRecord[]
  /** A request on a connection that was idle for longer than this is counted apart. Milliseconds. */
  readonly idleLimitMs: number
  /** Every failure whole, in the order of their ends, up to {@link MAX_LISTED_FAILURES}. */
  readonly failures: readonly Sample[]
  /** Failures beyond the limit: counted in the lanes and not listed. */
  readonly failuresNotListed: number
  readonly health: LoopDelays
}

/** Failures that are kept whole; a run that has more is not explained by reading them. */
export const MAX_LISTED_FAILURES = 10_000
