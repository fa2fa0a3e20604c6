/** Shortest and longest {@link settleMs}. */
const SETTLE_MS = { least: 100, most: 2_000 } as const

/**
 * How long a connection is kept whose client may be writing: one that was just accepted, or whose last
 * response promised to keep it alive and was finished too late to take that back. A connection that is idle
 * when the shutdown is announced is kept for the shutdown delay; the same is due to one that becomes idle
 * later. On a busy node a client's next request takes hundreds of milliseconds.
 */
export function settleMs(shutdownDelayMs: number): number {
  return Math.min(SETTLE_MS.most, Math.max(SETTLE_MS.least, shutdownDelayMs))
}

/** The earlier of two moments, where null is none. */
export function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other < one) ? other : one
}

/** Whole milliseconds since the process began, so that V8 keeps them as small integers inside records. */
export function now(): number {
  return Math.floor(performance.now())
}
