import { createHistogram } from 'node:perf_hooks'
import { type Instant, readClocks } from './sample.ts'

/** A time in which the generator's event loop did not turn: nothing was sent, and no answer was read. */
export interface Stall {
  /** When the loop turned for the last time before it. */
  readonly at: Instant
  readonly ms: number
  /** Which of several generators, from 1. Left out: there is only one */
  readonly generator?: number
}

/** Delay of an event loop, in milliseconds, and its longest stalls. */
export interface LoopDelays {
  readonly loopDelayP50Ms: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** Stalls of {@link LISTED_STALL_MS} or longer, in the order of time; of more than 1,000 the longest. */
  readonly stalls: readonly Stall[]
}

/** Measures how long an event loop takes from one turn to the next. */
export interface StallWatch {
  /** Notes a turn of the event loop. */
  turn(now: Instant): void
  delays(): LoopDelays
}

/**
 * Every event loop pauses for some tens of milliseconds now and then: garbage collection, a machine with
 * other work.
 */
export const LISTED_STALL_MS = 50

const PERIOD_MS = 10
const MAX_LISTED = 1_000
/** The histogram counts microseconds up to here, an hour. */
const MAX_DELAY_US = 3_600_000_000

/** A watch whose first turn is `since`. */
export function createStallWatch(since: Instant): StallWatch {
  const delays = createHistogram({ lowest: 1, highest: MAX_DELAY_US, figures: 3 })
  let stalls: readonly Stall[] = []
  let last = since
  const msAt = (percentile: number): number => delays.percentile(percentile) / 1_000
  return {
    turn(now) {
      const ms = now.monotonicMs - last.monotonicMs
      delays.record(Math.min(MAX_DELAY_US, Math.max(1, Math.round(ms * 1_000))))
      if (ms >= LISTED_STALL_MS) stalls = keepLongest([...stalls, { at: last, ms }])
      last = now
    },
    delays: () => ({
      loopDelayP50Ms: msAt(50),
      loopDelayP99Ms: msAt(99),
      loopDelayMaxMs: delays.max / 1_000,
      stalls,
    }),
  }
}

/** The longest stalls that fit into a list, in their order. */
export function keepLongest(stalls: readonly Stall[]): readonly Stall[] {
  if (stalls.length <= MAX_LISTED) return stalls
  const longest = new Set(stalls.toSorted((one, other) => other.ms - one.ms).slice(0, MAX_LISTED))
  return stalls.filter((stall) => longest.has(stall))
}

/** Watches this process's own event loop until it is stopped; it never keeps the process alive. */
export function watchOwnLoop(): { delays(): LoopDelays; stop(): void } {
  const watch = createStallWatch(readClocks())
  const timer = setInterval(() => watch.turn(readClocks()), PERIOD_MS).unref()
  let stopped = false
  return {
    delays: () => watch.delays(),
    stop() {
      if (stopped) return
      stopped = true
      clearInterval(timer)
      // A stall that ends here has had no turn of its own.
      watch.turn(readClocks())
    },
  }
}
