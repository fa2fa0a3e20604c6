import { stallsAgainst } from '../src/load/generator-doubts.ts'
import { WANTED_OUTAGE_MS } from '../src/rollout/power.ts'
import type { Outcome } from './scenario.ts'

/**
 * How many of a run's restarts the load generator did not watch all the time: it stalled in them for as long as the shortest
 * outage that has to be seen. What a server does wrong it does in every restart, so the others can still show it.
 */
export function countBlindRestarts({ load, beganAt, restartedAt, replaced }: Outcome): number {
  const lastGoneAt = Math.max(...replaced.map(({ goneAt = Infinity }) => goneAt))
  const isBlind = (fromMs: number, untilMs: number): boolean =>
    stallsAgainst(load, {
      windowMs: WANTED_OUTAGE_MS,
      beganAtMs: beganAt,
      covers: ({ at, ms }) => at.wallMs < beganAt + untilMs && at.wallMs + ms > beganAt + fromMs,
    }).length > 0
  return restartedAt.filter((at, index) => isBlind(at, restartedAt[index + 1] ?? lastGoneAt)).length
}

/** The same as a sentence, for people who read a run. */
export function describeWatch(outcome: Outcome): string {
  const watched = outcome.restartedAt.length - countBlindRestarts(outcome)
  return `${watched} of ${outcome.restartedAt.length} restarts were watched without a stall of ${WANTED_OUTAGE_MS} ms or longer`
}
