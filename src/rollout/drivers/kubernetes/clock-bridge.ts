import { type Instant, readClocks } from '../../../load/sample.ts'

/**
 * Converts times of the agent's clock into times of this machine's. Two facts bound how far the clocks are
 * apart: a line was written before it arrived here, and what this machine brought about was seen after it.
 */
export interface ClockBridge {
  /** A line that was written at `agentMs` has arrived at `at`. */
  heard(agentMs: number, at: Instant): void
  /** The agent has seen at `agentMs` what this machine did at `at`. */
  caused(agentMs: number, at: Instant): void
  /** How far the agent's clock is ahead at least and at most, in milliseconds; infinite before a fact. */
  bounds(): ClockBounds
  /** How far the agent's clock is ahead, in milliseconds; 0 when the clocks may well agree. */
  aheadMs(): number
  /** The moment `agentMs` on both clocks of this machine; `now` is both clocks, read together. */
  toHere(agentMs: number, now?: Instant): Instant
}

/** Two limits of a difference between clocks. Milliseconds. */
export interface ClockBounds {
  readonly leastMs: number
  readonly mostMs: number
}

/** A bridge that takes the clocks for equal until it knows better. */
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

/** Both clocks of this machine at a moment of its wall clock. */
export function instantOf(wallMs: number, now: Instant = readClocks()): Instant {
  return { wallMs, monotonicMs: now.monotonicMs + (wallMs - now.wallMs) }
}

/**
 * How far from the truth `aheadMs` may be within these bounds, in milliseconds; Infinity while too little is
 * known.
 */
export function errorMsOf(aheadMs: number, { leastMs, mostMs }: ClockBounds): number {
  return Math.max(0, mostMs - aheadMs, aheadMs - leastMs)
}
