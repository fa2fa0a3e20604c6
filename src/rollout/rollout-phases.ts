import type { PhasedLane, PhaseName } from './phases.ts'
import type { RunFacts } from './run-facts.ts'

/** Phases in which old pods go away, so that an outage can begin. */
export const rolloutPhases: readonly PhaseName[] = ['rollout', 'drain']

/** Phases in which the load runs. */
const loadPhases: readonly PhaseName[] = ['baseline', ...rolloutPhases, 'cool-down']

/** A lane's requests per second during the phases in which old pods go away; 0 without any. */
export function rolloutRate(facts: Pick<RunFacts, 'phases'>, lane: PhasedLane): number {
  return rateIn(rolloutPhases, facts, lane)
}

/** A lane's requests per second during the load; 0 without any. */
export function loadRate(facts: Pick<RunFacts, 'phases'>, lane: PhasedLane): number {
  return rateIn(loadPhases, facts, lane)
}

function rateIn(names: readonly PhaseName[], { phases }: Pick<RunFacts, 'phases'>, lane: PhasedLane): number {
  const requests = names.reduce((sum, phase) => sum + (lane.phases[phase]?.requests ?? 0), 0)
  const durationMs = phases
    .filter(({ name }) => names.includes(name))
    .reduce((sum, phase) => sum + phase.endedAt.monotonicMs - phase.startedAt.monotonicMs, 0)
  return durationMs <= 0 ? 0 : (requests * 1_000) / durationMs
}
