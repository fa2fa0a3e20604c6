import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Effect } from '../../src/core/effect.ts'
import type { LifecycleEvent } from '../../src/core/event.ts'
import { readiness } from '../../src/core/probe.ts'
import { initialState, type State } from '../../src/core/state.ts'
import { transition } from '../../src/core/transition.ts'

const timing = {
  readinessFailDelayMs: 100,
  shutdownDelayMs: 5_000,
  drainTimeoutMs: 15_000,
  hooksTimeoutMs: 3_000,
  deadlineNoticeMs: 2_000,
}

const initiated = (at: number, inFlight = 0): LifecycleEvent => ({
  type: 'shutdownInitiated',
  at,
  reason: 'SIGTERM',
  timing,
  inFlight,
})

/** Feeds the events one after the other; the effects are those of the last one. */
function run(...events: readonly LifecycleEvent[]) {
  let state: State = initialState
  let effects: readonly Effect[] = []
  const names: string[] = []
  for (const event of events) {
    ;({ state, effects } = transition(state, event))
    names.push(state.name)
  }
  return { state, effects, names }
}

const types = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => ('timer' in effect ? `${effect.type}:${effect.timer}` : effect.type))

const drainTimersStopped = ['stopTimer:deadlineNotice', 'stopTimer:drain']
const completed: LifecycleEvent = { type: 'startupCompleted', at: 0 }
const readyEvent: LifecycleEvent = { type: 'becameReady', at: 0 }
const unready = (reason: string): LifecycleEvent => ({ type: 'becameUnready', at: 0, reason })
const delayElapsed: LifecycleEvent = { type: 'shutdownDelayElapsed', at: 6_000 }
const drained: LifecycleEvent = { type: 'connectionsDrained', at: 7_000 }
const hooksFinished = (failed: number): LifecycleEvent => ({ type: 'hooksFinished', at: 8_000, failed })

test('a clean shutdown goes through every state in order and exits with 0', () => {
  const { names, state } = run(completed, initiated(1_000), delayElapsed, drained, hooksFinished(0))
  assert.deepEqual(names, ['ready', 'delaying', 'draining', 'stopping', 'stopped'])
  assert.equal(state.name === 'stopped' && state.exitCode, 0)
})

test('the shutdown begins with the announcement, then the two clocks of the delay', () => {
  const { effects } = run(completed, initiated(1_000))
  assert.deepEqual(effects, [
    { type: 'announceClose' },
    { type: 'startTimer', timer: 'readinessFail', ms: 100 },
    { type: 'startTimer', timer: 'shutdownDelay', ms: 5_000 },
  ])
})

test('the drain has its deadline before it begins: what hangs in it must not keep the clock from being set (trap 34)', () => {
  const { effects } = run(completed, initiated(1_000), delayElapsed)
  assert.deepEqual(effects, [
    { type: 'startTimer', timer: 'deadlineNotice', ms: 13_000 },
    { type: 'startTimer', timer: 'drain', ms: 15_000 },
    { type: 'drainConnections' },
  ])
})

test('the hooks have their deadline before they run, and run after the drain (trap 34, 45)', () => {
  const { effects } = run(completed, initiated(1_000), delayElapsed, drained)
  assert.deepEqual(types(effects), [...drainTimersStopped, 'startTimer:hooks', 'runHooks'])
})

test('a drain that times out force-closes the rest and still runs the hooks', () => {
  const timedOut = run(completed, initiated(1_000), delayElapsed, { type: 'drainTimedOut', at: 21_000 })
  assert.deepEqual(types(timedOut.effects), [
    ...drainTimersStopped,
    'forceCloseConnections',
    'startTimer:hooks',
    'runHooks',
  ])
  const { state } = transition(timedOut.state, hooksFinished(0))
  assert.equal(state.name, 'stopped')
})

test('a failed hook exits with 1', () => {
  const { state } = run(completed, initiated(1_000), delayElapsed, drained, hooksFinished(1))
  assert.equal(state.name === 'stopped' && state.exitCode, 1)
})

test('hooks that time out exit with 1', () => {
  const { state } = run(completed, initiated(1_000), delayElapsed, drained, {
    type: 'hooksTimedOut',
    at: 9_000,
  })
  assert.equal(state.name === 'stopped' && state.exitCode, 1)
})

test('the end stops every clock, force-closes what is left, and finishes last', () => {
  const { effects } = run(completed, initiated(1_000), delayElapsed, drained, hooksFinished(0))
  assert.deepEqual(types(effects), [
    'stopTimer:readinessFail',
    'stopTimer:shutdownDelay',
    ...drainTimersStopped,
    'stopTimer:hooks',
    'forceCloseConnections',
    'finish',
  ])
})

for (const [phase, ...before] of [
  ['delaying'],
  ['draining', delayElapsed],
  ['stopping', delayElapsed, drained],
] as const) {
  test(`a forced exit while ${phase} stops at once with the code of the signal`, () => {
    const { state, effects } = run(completed, initiated(1_000), ...before, {
      type: 'exitForced',
      at: 2_500,
      exitCode: 130,
    })
    assert.equal(state.name === 'stopped' && state.exitCode, 130)
    assert.deepEqual(effects.slice(-2), [
      { type: 'forceCloseConnections' },
      { type: 'finish', exitCode: 130 },
    ])
  })
}

test('a signal while starting goes straight to stopping, without the delay (trap 31)', () => {
  const { state, effects } = run(initiated(1_000))
  assert.equal(state.name, 'stopping')
  assert.deepEqual(types(effects), [
    ...drainTimersStopped,
    'announceClose',
    'forceCloseConnections',
    'startTimer:hooks',
    'runHooks',
  ])
  assert.equal(readiness(state).ok, false)
})

test('a signal while starting drains what has arrived all the same', () => {
  const { names, state } = run(initiated(1_000, 1), drained, hooksFinished(0))
  assert.deepEqual(names, ['draining', 'stopping', 'stopped'])
  assert.equal(state.name === 'stopped' && state.exitCode, 0)
})

test('startup that completes after the signal changes nothing', () => {
  const { state } = run(initiated(1_000))
  for (const event of [completed, readyEvent, unready('x')])
    assert.equal(transition(state, event).state, state)
})

test('unready() before the start holds it until ready()', () => {
  const { names, state } = run(unready('cache is cold'), completed, completed, readyEvent)
  assert.deepEqual(names, ['starting', 'starting', 'starting', 'ready'])
  assert.deepEqual(state, { name: 'ready' })
})

test('ready() before the start is complete takes the hold back and no more', () => {
  assert.deepEqual(run(unready('x'), readyEvent, completed).names, ['starting', 'starting', 'ready'])
})

test('what says nothing new is no event: ready() while ready, or while nothing holds the start', () => {
  assert.equal(transition(initialState, readyEvent).state, initialState)
  const { state } = run(completed)
  assert.equal(transition(state, readyEvent).state, state)
})

test('unready() and ready() go back and forth, with the newest reason', () => {
  const { names, state } = run(completed, unready('a'), unready('b'))
  assert.deepEqual(names, ['ready', 'unready', 'unready'])
  assert.equal(readiness(state).reason, 'unready: b')
  assert.equal(transition(state, readyEvent).state.name, 'ready')
})

test('who was not ready when the signal came does not become so while the readiness delay runs', () => {
  const { state, effects } = run(completed, unready('overloaded'), initiated(1_000))
  assert.equal(readiness(state).ok, false)
  assert.deepEqual(types(effects), ['announceClose', 'startTimer:shutdownDelay'])
})

test('readiness fails when its own clock says so, in every state of the shutdown', () => {
  const failed: LifecycleEvent = { type: 'readinessFailed', at: 1_100 }
  for (const before of [[], [delayElapsed], [delayElapsed, drained]]) {
    const { state } = run(completed, initiated(1_000), ...before)
    assert.equal(readiness(state).ok, true)
    const after = transition(state, failed)
    assert.equal(after.state.name, state.name)
    assert.equal(readiness(after.state).ok, false)
    assert.equal(transition(after.state, failed).state, after.state)
  }
})

test('what is stopped is not ready, however long its readiness delay was', () => {
  const { state } = run(completed, initiated(1_000), delayElapsed, drained, hooksFinished(0))
  assert.equal(readiness(state).ok, false)
})

test('the first reason stays', () => {
  const { state } = run(completed, initiated(1_000))
  const second = transition(state, { ...initiated(2_000), reason: 'SIGINT' } as LifecycleEvent)
  assert.equal(second.state, state)
  assert.deepEqual(second.effects, [])
})

test('a phase that ends early does not lengthen the next one', () => {
  const { state } = run(completed, initiated(1_000), delayElapsed, drained)
  assert.ok('shutdown' in state)
  assert.deepEqual(state.shutdown.deadlines, { delayEndsAt: 6_000, drainEndsAt: 7_000, hooksEndAt: 10_000 })
})

test('a phase that ends late, because the event loop was busy, takes its lateness out of the next one', () => {
  const late = run(completed, initiated(1_000), { ...delayElapsed, at: 16_000 })
  assert.deepEqual(late.effects[1], { type: 'startTimer', timer: 'drain', ms: 5_000 })
})
