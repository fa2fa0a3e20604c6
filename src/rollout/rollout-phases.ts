import type { PhasedLane, PhaseName } from './phases.ts'
import type { RunFacts } from './run-facts.ts'

/** Phases in which old pods go away: the time in which an outage can begin. */
export const rolloutPhases: readonly PhaseName[] = ['rollout', 'drain']

/** Requests of a lane per second of these phases; 0 when there was none. */
export function rolloutRate({ phases }: Pick<RunFacts, 'phases'>, lane: PhasedLane): number {
  const requests = rolloutPhases.reduce((sum, phase) => sum + (lane.phases[phase]?.requests ?? 0), 0)
  const durationMs = phases
    .filter(({ name }) => rolloutPhases.includes(name))
    .reduce((sum, phase) => sum + phase.endedAt.monotonicMs - phase.startedAt.monotonicMs, 0)
  return durationMs <= 0 ? 0 : (requests * 1_000) / durationMs
}
