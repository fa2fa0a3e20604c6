import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { initialState } from '../../../src/supervisor/machine/state.ts'
import { transition } from '../../../src/supervisor/machine/transition.ts'
import { anySettings, check, historyWithStops } from './any-history.ts'

// What holds at every step is in `rules.ts`, `process.ts` and `world.ts`: who serves goes on until its
// successor listens, or it exits; a failed restart changes nothing; every request is settled once; orders
// name living generations only; nothing is waited for without a timer; after the end there are no effects.
test('every step of every history keeps the rules of the world', () => {
  check(historyWithStops, () => undefined, 3_000)
})

test('any event at any time, of any generation, is taken without harm', () => {
  const anyEvent = fc
    .record({
      type: fc.constantFrom(
        'started',
        'restartRequested',
        'preStartFinished',
        'becameReady',
        'becameUnready',
        'left',
        'accepted',
        'exited',
        'readyTimedOut',
        'soakElapsed',
        'backOffElapsed',
        'hammerElapsed',
        'killElapsed',
        'stopRequested',
        'hammerRequested',
      ),
      at: fc.nat(),
      generation: fc.nat(5),
      request: fc.record({ id: fc.nat(), reason: fc.string() }),
      reason: fc.string(),
      problem: fc.option(fc.string()),
      exit: fc.record({
        code: fc.option(fc.nat(255)),
        signal: fc.option(fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGODD')),
      }),
    })
    .map(({ problem, ...event }) => {
      const isRefusal = event.type === 'preStartFinished' || problem !== null
      return { ...event, ...(isRefusal && { problem }) } as unknown as SupervisorEvent
    })
  fc.assert(
    fc.property(anySettings, fc.array(anyEvent, { maxLength: 60, size: 'max' }), (some, events) => {
      let state = initialState(some)
      for (const event of events) {
        const step = transition(state, event)
        const ids = new Set(step.state.generations.map(({ id }) => id))
        const { current, next, previous, standby } = step.state
        for (const id of [current, next, previous, standby]) assert.ok(id === null || ids.has(id))
        if (step.state === state) assert.ok(step.effects.every(({ type }) => type === 'settle'))
        if (state.name === 'stopped') assert.equal(step.state, state)
        state = step.state
      }
    }),
    { numRuns: 2_000 },
  )
})
