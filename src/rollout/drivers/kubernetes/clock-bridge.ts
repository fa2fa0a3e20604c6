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
  /** How far the agent's clock is ahead, in milliseconds; 0 when the clocks may well agree. */
  aheadMs(): number
  /** How far apart the clocks may be beyond that, in milliseconds; Infinity while too little is known. */
  withinMs(): number
  /** The moment `agentMs` on both clocks of this machine; `now` is both clocks, read together. */
  toHere(agentMs: number, now?: Instant): Instant
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
    aheadMs,
    withinMs: () => Math.max(aheadMs() - least, most - aheadMs()),
    toHere(agentMs, now = readClocks()) {
      const wallMs = agentMs - aheadMs()
      return { wallMs, monotonicMs: now.monotonicMs + (wallMs - now.wallMs) }
    },
  }
}
