/** Shortest and longest {@link settleMs}. */
const SETTLE_MS = { least: 100, most: 2_000 } as const

/**
 * How long to keep a connection whose client may be writing: one that was just accepted, or whose last
 * response promised keep-alive too late for a correction. A connection that is idle at the announcement is
 * kept for the shutdown delay, so one that becomes idle later gets the same time. On a busy node a client's
 * next request takes hundreds of milliseconds.
 */
export function settleMs(shutdownDelayMs: number): number {
  return Math.min(SETTLE_MS.most, Math.max(SETTLE_MS.least, shutdownDelayMs))
}

/** The earlier of two moments; null means none. */
export function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other < one) ? other : one
}

/** Whole milliseconds since the process began. V8 stores them as small integers inside records. */
export function now(): number {
  return Math.floor(performance.now())
}
