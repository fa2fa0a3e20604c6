import type { LaneName, Sample } from './sample.ts'
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

/** A lane that was asked for and could not run, because its route is not what the lane needs. */
export interface LeftOutLane {
  readonly lane: LaneName
  /** What the route did, and what to do about it. */
  readonly reason: string
}

/**
 * What a load generator knows, or what several know together: plain JSON, all of it by wall time. It knows
 * nothing about the phases of a run.
 */
export interface LoadRecord {
  readonly startedAt: string
  readonly endedAt: string
  /** How many generators it is the sum of. */
  readonly generators: number
  readonly lanes: readonly LaneRecord[]
  /** Lanes that did not run; a verdict has to say so. */
  readonly leftOut: readonly LeftOutLane[]
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
