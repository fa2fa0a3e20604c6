import { createHistogram } from 'node:perf_hooks'
import { type Instant, readClocks } from './sample.ts'

/** A period in which the event loop of the generator did not turn: it sent nothing and read no answer. */
export interface Stall {
  /** Last turn of the event loop before the stall. */
  readonly at: Instant
  readonly ms: number
  /** Number of the generator, from 1. Absent: there is only one */
  readonly generator?: number
}

/** Delays of an event loop in milliseconds, and its longest stalls. */
export interface LoopDelays {
  readonly loopDelayP50Ms: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
  /** Stalls of at least {@link LISTED_STALL_MS} in time order; if there are more than 1,000, the longest. */
  readonly stalls: readonly Stall[]
}

/** Measures the time between the turns of an event loop. */
export interface StallWatch {
  /** Records a turn of the event loop. */
  turn(now: Instant): void
  delays(): LoopDelays
}

/** Shorter pauses are normal for every event loop: garbage collection, or other work on the machine. */
export const LISTED_STALL_MS = 50

const PERIOD_MS = 10
const MAX_LISTED = 1_000
/** Upper limit of the histogram in microseconds: one hour. */
const MAX_DELAY_US = 3_600_000_000

/** Creates a watch whose first turn is `since`. */
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

/** The longest stalls that fit into the list, in time order. */
export function keepLongest(stalls: readonly Stall[]): readonly Stall[] {
  if (stalls.length <= MAX_LISTED) return stalls
  const longest = new Set(stalls.toSorted((one, other) => other.ms - one.ms).slice(0, MAX_LISTED))
  return stalls.filter((stall) => longest.has(stall))
}

/** Watches the event loop of this process until `stop()`. It never keeps the process alive. */
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
      // Record a last turn: a stall that ends now has had none.
      watch.turn(readClocks())
    },
  }
}
