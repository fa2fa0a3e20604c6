/**
 * A plan of start times that does not wait for answers (open loop). If it waited, a slow answer would hide
 * the requests that would have met the same outage.
 */
export interface Grid {
  /**
   * Takes the next slot. It skips the `skipped` slots before it: they are too late to say anything about
   * their own time.
   */
  next(nowMs: number): { readonly dueMs: number; readonly skipped: number }
  /** Number of slots that were due and not taken when the load ended; 0 for a generator that was on time. */
  left(nowMs: number): number
}

/** A generator that is later than this skips to the present instead of sending a burst. */
const MAX_BEHIND_MS = 1_000
/** A generator that is later by less than this at the end of the load counts as on time. */
const ON_TIME_MS = 100

/** A grid with one slot every `intervalMs`, the first at `startMs`. Monotonic milliseconds. */
export function createGrid(startMs: number, intervalMs: number): Grid {
  let slot = 0
  return {
    next(nowMs) {
      const behindMs = nowMs - (startMs + slot * intervalMs)
      const skipped = behindMs > MAX_BEHIND_MS ? Math.floor(behindMs / intervalMs) : 0
      slot += skipped
      return { dueMs: startMs + slot++ * intervalMs, skipped }
    },
    left(nowMs) {
      const behindMs = nowMs - (startMs + slot * intervalMs)
      return behindMs > ON_TIME_MS ? Math.floor(behindMs / intervalMs) + 1 : 0
    },
  }
}
