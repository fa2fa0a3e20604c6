import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LifecycleEvent } from '../../src/core/event.ts'
import {
  initialState,
  isDrainOver,
  isShutdownPhase,
  isShuttingDown,
  shutdownOf,
  shutdownPhases,
  type State,
  stateNames,
} from '../../src/core/state.ts'
import { transition } from '../../src/core/transition.ts'

const timing = {
  readinessFailDelayMs: 0,
  shutdownDelayMs: 1,
  drainTimeoutMs: 1,
  hooksTimeoutMs: 1,
  deadlineNoticeMs: 0,
}
const events: readonly LifecycleEvent[] = [
  { type: 'startupCompleted', at: 0 },
  { type: 'becameUnready', at: 0, reason: 'busy' },
  { type: 'shutdownInitiated', at: 0, reason: 'test', timing, inFlight: 0 },
  { type: 'shutdownDelayElapsed', at: 1 },
  { type: 'connectionsDrained', at: 1 },
  { type: 'hooksFinished', at: 1, failed: 0 },
]

/** Every state of a lifecycle, one after the other. */
const passed: readonly State[] = events.reduce<State[]>(
  (states, event) => [...states, transition(states.at(-1) ?? initialState, event).state],
  [initialState],
)

test('the classes of states split the order of a lifecycle at the right places', () => {
  assert.deepEqual(stateNames, ['starting', 'ready', 'unready', ...shutdownPhases, 'stopped'])
  assert.deepEqual(stateNames.filter(isShutdownPhase), ['delaying', 'draining', 'stopping'])
  assert.deepEqual(stateNames.filter(isShuttingDown), ['delaying', 'draining', 'stopping', 'stopped'])
  assert.deepEqual(stateNames.filter(isDrainOver), ['stopping', 'stopped'])
})

test('shutdownOf() has a shutdown in exactly the states that isShuttingDown() names', () => {
  assert.deepEqual(
    passed.map(({ name }) => name),
    stateNames,
  )
  for (const state of passed) {
    assert.equal(shutdownOf(state)?.reason, isShuttingDown(state.name) ? 'test' : undefined, state.name)
  }
})
