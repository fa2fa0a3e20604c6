import type { RunFacts } from './run-facts.ts'

/** A clock error below this share of the shortest phase does not change the figures noticeably. */
const SMALL_SHARE = 0.1

/** Reports how far the clocks of several generators may be apart, if some phase is short in comparison. */
export function clockNotes({
  load: { clockErrorMs = 0 },
  phases,
}: Pick<RunFacts, 'load' | 'phases'>): readonly string[] {
  const durations = phases.map(({ startedAt, endedAt }) => endedAt.monotonicMs - startedAt.monotonicMs)
  const shortestMs = durations.reduce((least, ms) => Math.min(least, ms), Infinity)
  if (clockErrorMs <= SMALL_SHARE * shortestMs) return []
  return [
    `the clocks of the load generators are known to within ${clockErrorMs} ms: a request that ended so close to ` +
      `the end of a phase may count under the wrong one (the shortest phase took ${Math.round(shortestMs)} ms)`,
  ]
}
