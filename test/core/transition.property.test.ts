import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Effect, TimerName } from '../../src/core/effect.ts'
import { type EventName, eventNames, type LifecycleEvent } from '../../src/core/event.ts'
import { readiness } from '../../src/core/probe.ts'
import { initialState, type State } from '../../src/core/state.ts'
import { transition } from '../../src/core/transition.ts'

const ms = fc.integer({ min: 0, max: 2_147_483_647 })
const timing = fc.record({
  readinessFailDelayMs: ms,
  shutdownDelayMs: ms,
  drainTimeoutMs: ms,
  hooksTimeoutMs: ms,
  deadlineNoticeMs: ms,
})

/**
 * Any event at any time: clocks that jump, timers that fire too late and callers that call twice are all in
 * here.
 */
const anyEvent: fc.Arbitrary<LifecycleEvent> = fc
  .record({
    type: fc.constantFrom(...eventNames),
    at: fc.integer({ min: 0, max: 5_000_000_000_000 }),
    reason: fc.string(),
    timing,
    inFlight: fc.nat(3),
    failed: fc.nat(2),
    exitCode: fc.constantFrom(129, 130, 143),
  })
  .map((event) => event as unknown as LifecycleEvent)

const anyHistory = fc.array(anyEvent, { maxLength: 40 })

interface Step {
  readonly event: LifecycleEvent
  readonly before: State
  readonly state: State
  readonly effects: readonly Effect[]
}

function play(events: readonly LifecycleEvent[]): readonly Step[] {
  let before = initialState
  return events.map((event) => {
    const step = { event, before, ...transition(before, event) }
    before = step.state
    return step
  })
}

const effective = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ before, state }) => before !== state)
const order = ['starting', 'ready', 'unready', 'delaying', 'draining', 'stopping', 'stopped']
const isShutdown = (state: State): boolean => 'shutdown' in state

function check(property: (steps: readonly Step[]) => void): void {
  fc.assert(
    fc.property(anyHistory, (events) => property(play(events))),
    { numRuns: 2_000 },
  )
}

test('an event that is not effective has no effects, and keeps the state object', () => {
  check((steps) => {
    for (const { before, state, effects } of steps) {
      if (before === state) assert.deepEqual(effects, [])
    }
  })
})

test('no way leads back: after shutdownInitiated the states only go forward', () => {
  check((steps) => {
    for (const { before, state } of steps) {
      if (isShutdown(before)) assert.ok(order.indexOf(state.name) >= order.indexOf(before.name))
    }
  })
})

test('readiness never turns green once the shutdown has begun', () => {
  check((steps) => {
    for (const { before, state } of steps) {
      if (isShutdown(state) && !readiness(before).ok) assert.equal(readiness(state).ok, false)
    }
  })
})

test('a signal while starting never passes ready', () => {
  check((steps) => {
    const at = steps.findIndex(
      ({ before, event }) => before.name === 'starting' && event.type === 'shutdownInitiated',
    )
    if (at < 0) return
    for (const { state } of steps.slice(at)) {
      assert.ok(['draining', 'stopping', 'stopped'].includes(state.name))
      assert.equal(readiness(state).ok, false)
    }
  })
})

test('no event is effective twice, except becoming ready and unready', () => {
  check((steps) => {
    const names = effective(steps)
      .map(({ event }) => event.type)
      .filter((name) => name !== 'becameReady' && name !== 'becameUnready')
    assert.equal(new Set(names).size, names.length)
  })
})

test('no deadline moves later, and no clock is set for longer than its option says', () => {
  check((steps) => {
    for (const { before, state, effects } of steps) {
      if (!('shutdown' in state)) continue
      const { timing: limits, deadlines } = state.shutdown
      if ('shutdown' in before) {
        const earlier = before.shutdown.deadlines
        for (const name of ['delayEndsAt', 'drainEndsAt', 'hooksEndAt'] as const) {
          assert.ok(deadlines[name] <= earlier[name], name)
        }
      }
      const longest: Readonly<Record<TimerName, number>> = {
        readinessFail: limits.readinessFailDelayMs,
        shutdownDelay: limits.shutdownDelayMs,
        deadlineNotice: limits.drainTimeoutMs,
        drain: limits.drainTimeoutMs,
        hooks: limits.hooksTimeoutMs,
      }
      for (const effect of effects) {
        if (effect.type === 'startTimer') assert.ok(effect.ms >= 0 && effect.ms <= longest[effect.timer])
      }
    }
  })
})

test('the exit code is that of the forcing signal, else 1 when a hook failed, else 0', () => {
  check((steps) => {
    const last = steps.at(-1)?.state
    if (last?.name !== 'stopped') return
    const happened = effective(steps).map(({ event }) => event)
    const forced = happened.find((event) => event.type === 'exitForced')
    const bad = happened.some(
      (event) => event.type === 'hooksTimedOut' || (event.type === 'hooksFinished' && event.failed > 0),
    )
    assert.equal(last.exitCode, forced ? forced.exitCode : bad ? 1 : 0)
  })
})

test('the drain, the hooks and the end are each asked for once at most, and the end last of all', () => {
  check((steps) => {
    const effects = steps.flatMap((step) => step.effects.map((effect) => effect.type))
    for (const type of ['announceClose', 'drainConnections', 'runHooks', 'finish']) {
      assert.ok(effects.filter((name) => name === type).length <= 1, type)
    }
    if (effects.includes('finish')) assert.equal(effects.at(-1), 'finish')
  })
})

const elapsed: Readonly<Record<TimerName, EventName>> = {
  readinessFail: 'readinessFailed',
  shutdownDelay: 'shutdownDelayElapsed',
  deadlineNotice: 'drainDeadlineNeared',
  drain: 'drainTimedOut',
  hooks: 'hooksTimedOut',
}

function follow(timers: Set<TimerName>, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === 'startTimer') timers.add(effect.timer)
    if (effect.type === 'stopTimer') timers.delete(effect.timer)
  }
}

test('after any history a shutdown ends although nothing answers: the clocks alone lead to stopped', () => {
  fc.assert(
    fc.property(anyHistory, anyEvent, fc.boolean(), (history, event, newestFirst) => {
      const begin = { ...event, type: 'shutdownInitiated' } as LifecycleEvent
      const timers = new Set<TimerName>()
      let state = initialState
      for (const past of [...history, begin]) {
        const step = transition(state, past)
        // A clock that ran out is not armed any more, whether or not its event meant anything.
        for (const [timer, name] of Object.entries(elapsed)) {
          if (name === past.type) timers.delete(timer as TimerName)
        }
        follow(timers, step.effects)
        state = step.state
      }
      while (state.name !== 'stopped') {
        const next = newestFirst ? [...timers].at(-1) : [...timers][0]
        assert.ok(next, `no clock is left to lead out of ${state.name}`)
        timers.delete(next)
        const step = transition(state, { ...event, type: elapsed[next] } as LifecycleEvent)
        follow(timers, step.effects)
        state = step.state
      }
      assert.deepEqual([...timers], [], 'no clock runs on')
    }),
    { numRuns: 1_000 },
  )
})
