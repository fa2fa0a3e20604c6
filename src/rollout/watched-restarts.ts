import { stallsAgainst } from '../load/generator-doubts.ts'
import type { PhaseRecord } from './phases.ts'
import { watchedStallMs } from './power-doubts.ts'
import type { RunFacts } from './run-facts.ts'
import { wordsFor } from './trigger.ts'

/**
 * Number of restarts that the load generator did not watch fully: it stalled for {@link watchedStallMs} or
 * longer. A server makes the same mistake in every restart, so the other restarts can still show it.
 */
export function countUnwatchedRestarts({ load, phases }: Pick<RunFacts, 'load' | 'phases'>): number {
  return restartsOf(phases).filter(
    ({ fromMs, untilMs }) =>
      stallsAgainst(load, {
        windowMs: watchedStallMs({ load }),
        beganAtMs: phases[0]?.startedAt.wallMs ?? 0,
        covers: ({ at, ms }) => at.wallMs < untilMs && at.wallMs + ms > fromMs,
      }).length > 0,
  ).length
}

/** The count as a sentence; empty if the reasons of the verdict say the same. */
export function describeWatch(
  unwatched: number,
  facts: Pick<RunFacts, 'restarts' | 'trigger' | 'inPlace' | 'load'>,
): string | undefined {
  const { restarts, load } = facts
  if (unwatched === 0 || restarts <= 1) return undefined
  const [, many] = wordsFor(facts).noun ?? ['', 'restarts']
  return `The load generator stalled for ${watchedStallMs({ load })} ms or longer in ${unwatched} of ${restarts} ${many}.`
}

interface Span {
  readonly fromMs: number
  readonly untilMs: number
}

/** Each restart, from its start until its last old pod is gone. Wall-clock milliseconds. */
function restartsOf(phases: readonly PhaseRecord[]): readonly Span[] {
  return phases.flatMap(({ name, startedAt, endedAt }, index) => {
    if (name !== 'rollout') return []
    const next = phases[index + 1]
    const last = next?.name === 'drain' ? next.endedAt : endedAt
    return [{ fromMs: startedAt.wallMs, untilMs: last.wallMs }]
  })
}
