import { type Instant, readClocks } from '../../../load/sample.ts'

/**
 * Converts times of the agent's clock to this machine's clock. Two facts bound the difference: the agent
 * writes a line before it arrives here, and it sees an action of this machine after it.
 */
export interface ClockBridge {
  /** Reports that a line written at `agentMs` arrived at `at`. */
  heard(agentMs: number, at: Instant): void
  /** Reports that the agent saw at `agentMs` what this machine did at `at`. */
  caused(agentMs: number, at: Instant): void
  /** Bounds of how far the agent's clock is ahead, in milliseconds; infinite without facts. */
  bounds(): ClockBounds
  /** Estimate of how far the agent's clock is ahead, in milliseconds; 0 if the clocks may agree. */
  aheadMs(): number
  /** The time `agentMs` on both clocks of this machine. `now` is a reading of both clocks. */
  toHere(agentMs: number, now?: Instant): Instant
}

/** Bounds of a clock difference. Milliseconds. */
export interface ClockBounds {
  readonly leastMs: number
  readonly mostMs: number
}

/** Creates a bridge that treats the clocks as equal until facts rule that out. */
export function createClockBridge(): ClockBridge {
  let least = -Infinity
  let most = Infinity
  const aheadMs = (): number => {
    if (least <= 0 && most >= 0) return 0
    return least > 0 ? least : most
  }
  return {
    heard(agentMs, { wallMs }) {
      least = Math.max(least, agentMs - wallMs)
    },
    caused(agentMs, { wallMs }) {
      most = Math.min(most, agentMs - wallMs)
    },
    bounds: () => ({ leastMs: least, mostMs: most }),
    aheadMs,
    toHere: (agentMs, now) => instantOf(agentMs - aheadMs(), now),
  }
}

/** Both clocks of this machine at a wall-clock time. */
export function instantOf(wallMs: number, now: Instant = readClocks()): Instant {
  return { wallMs, monotonicMs: now.monotonicMs + (wallMs - now.wallMs) }
}

/** Maximum error of `aheadMs` within these bounds, in milliseconds; Infinity without enough facts. */
export function errorMsOf(aheadMs: number, { leastMs, mostMs }: ClockBounds): number {
  return Math.max(0, mostMs - aheadMs, aheadMs - leastMs)
}
