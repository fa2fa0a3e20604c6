import { stallsAgainst } from '../src/load/generator-doubts.ts'
import { WANTED_OUTAGE_MS } from '../src/rollout/power.ts'
import type { RolloutDocument } from '../src/rollout/run-document.ts'

/** What is asked of a run's document. */
type Watched = Pick<RolloutDocument, 'load' | 'phases'>

/**
 * How many of a run's restarts the load generator did not watch all the time: it stalled in them for as long
 * as the shortest outage that has to be seen. What a server does wrong it does in every restart, so the
 * others can still show it.
 */
export function countBlindRestarts({ load, phases }: Watched): number {
  return restartsOf(phases).filter(
    ({ fromMs, untilMs }) =>
      stallsAgainst(load, {
        windowMs: WANTED_OUTAGE_MS,
        beganAtMs: phases[0]?.startedAt.wallMs ?? 0,
        covers: ({ at, ms }) => at.wallMs < untilMs && at.wallMs + ms > fromMs,
      }).length > 0,
  ).length
}

/** The same as a sentence, for people who read a run. */
export function describeWatch(run: Watched): string {
  const restarts = restartsOf(run.phases).length
  const watched = restarts - countBlindRestarts(run)
  return `${watched} of ${restarts} restarts were watched without a stall of ${WANTED_OUTAGE_MS} ms or longer`
}

interface Span {
  readonly fromMs: number
  readonly untilMs: number
}

/** Each restart, from its begin until its last old pod is gone. Wall-clock milliseconds. */
function restartsOf(phases: Watched['phases']): readonly Span[] {
  return phases.flatMap(({ name, startedAt, endedAt }, index) => {
    if (name !== 'rollout') return []
    const next = phases[index + 1]
    const last = next?.name === 'drain' ? next.endedAt : endedAt
    return [{ fromMs: startedAt.wallMs, untilMs: last.wallMs }]
  })
}
