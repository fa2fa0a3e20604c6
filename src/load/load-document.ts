import type { LaneName, Sample } from './sample.ts'
import type { LoopDelays } from './stall-watch.ts'
import type { LaneFigures } from './tally.ts'

/** One lane's part of a {@link LoadDocument}. */
export interface LaneDocument extends LaneFigures {
  readonly lane: LaneName
  /**
   * Planned requests that were never sent: the generator was more than 1 s late, or too many answers were
   * outstanding.
   */
  readonly skipped: number
  /** The same figures by the phase in which requests ended. */
  readonly phases: Readonly<Record<string, LaneFigures>>
}

/**
 * How well the generator did its own work. A run whose generator stalled or left requests unsent is no proof.
 */
interface GeneratorHealth extends LoopDelays {
  /**
   * Failures that the generator's machine brought about: no port, file descriptor or memory, or a time-out
   * during a stall.
   */
  readonly ownFailures: number
  /** Planned requests of all lanes that were never sent. */
  readonly skipped: number
}

/** A lane that was asked for and could not run, because its route is not what the lane needs. */
export interface LeftOutLane {
  readonly lane: LaneName
  /** What the route did, and what to do about it. */
  readonly reason: string
}

/** Everything the load engine knows; part of every JSON document that lastcall writes. */
export interface LoadDocument {
  readonly startedAt: string
  readonly endedAt: string
  readonly requests: number
  readonly failed: number
  readonly lanes: readonly LaneDocument[]
  /** Lanes that did not run; a verdict has to say so. */
  readonly leftOut: readonly LeftOutLane[]
  /** A request on a connection that was idle for longer than this is counted apart. Milliseconds. */
  readonly idleLimitMs: number
  /** Every failure whole, in the order of their ends, up to the limit. */
  readonly failures: readonly Sample[]
  /** Failures beyond the limit: counted above and not listed. */
  readonly failuresNotListed: number
  readonly health: GeneratorHealth
}
