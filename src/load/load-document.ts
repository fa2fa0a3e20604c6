import type { LaneName, Sample } from './sample.ts'
import type { LaneFigures } from './tally.ts'

/** One lane's part of a {@link LoadDocument}. */
export interface LaneDocument extends LaneFigures {
  readonly lane: LaneName
  /** Planned requests that were never sent, because the generator was more than 1 s late. */
  readonly skipped: number
  /** The same figures by the phase in which requests ended. */
  readonly phases: Readonly<Record<string, LaneFigures>>
}

/** How well the generator did its own work. */
interface GeneratorHealth {
  /** Delay of its event loop in milliseconds. */
  readonly loopDelayP50Ms: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** Failures for want of ports, file descriptors or memory of the generator's machine. */
  readonly ownFailures: number
  readonly skipped: number
}

/** Everything the load engine knows; part of every JSON document that lastcall writes. */
export interface LoadDocument {
  readonly startedAt: string
  readonly endedAt: string
  readonly requests: number
  readonly failed: number
  readonly lanes: readonly LaneDocument[]
  /** Every failure whole, in the order of their ends, up to the limit. */
  readonly failures: readonly Sample[]
  /** Failures beyond the limit: counted above and not listed. */
  readonly failuresNotListed: number
  readonly health: GeneratorHealth
}
