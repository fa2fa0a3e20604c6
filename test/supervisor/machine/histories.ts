import assert from 'node:assert/strict'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import type { Settings } from '../../../src/supervisor/machine/state.ts'
import { transition } from '../../../src/supervisor/machine/transition.ts'
import { play, restart, serves, started } from './play.ts'

/** The first generation serves. */
export const serving: readonly SupervisorEvent[] = [started, ...serves(1)]
/** A second one is started for the request 1. */
export const replacing = [...serving, restart(1)]
/** It listens, and the first one is paused. */
export const soaking = [...replacing, ...serves(2)]
/** The effects of an end of `serving`, whatever comes next. */
export const leaveServing = ['stop soak', 'stop backOff']

/** Names and counters after a history, without effects. */
export function outcome(events: readonly SupervisorEvent[], changes?: Partial<Settings>) {
  const { name, current, restarts, crashes, lastFailure } = play(events, changes).state
  return { name, current, ...restarts, crashes, failure: lastFailure?.kind ?? null }
}

/** How each request was answered, in order. */
export const settled = (events: readonly SupervisorEvent[], changes?: Partial<Settings>): readonly string[] =>
  play(events, changes)
    .all.filter((effect) => effect.type === 'settle')
    .map(({ request, result }) => `${request.id} ${result.outcome}`)

/** What the last failure says of itself; empty without one. */
export const detail = (events: readonly SupervisorEvent[], changes?: Partial<Settings>): string =>
  play(events, changes).state.lastFailure?.detail ?? ''

/** Fails when the event changes anything after the history, or has an effect. */
export function ignores(
  events: readonly SupervisorEvent[],
  event: SupervisorEvent,
  changes?: Partial<Settings>,
): void {
  const { state } = play(events, changes)
  const after = transition(state, event)
  assert.equal(after.state, state)
  assert.deepEqual(after.effects, [])
}
