import type { RunFacts } from './run-facts.ts'

/** An error that is a smaller share of the shortest phase changes no figure that anybody reads. */
const SMALL_SHARE = 0.1

/** Says by how much the clocks of several generators may be apart, where a phase is short beside that. */
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
