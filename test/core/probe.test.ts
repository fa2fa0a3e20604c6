import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveness, readiness, startup } from '../../src/core/probe.ts'
import { type State, stateNames } from '../../src/core/state.ts'
import { exampleShutdown } from '../helpers/example-shutdown.ts'

const states = (failing: boolean): readonly State[] => [
  { name: 'starting', completed: false, heldBy: null },
  { name: 'ready' },
  { name: 'unready', reason: 'queue is full' },
  { name: 'delaying', shutdown: exampleShutdown(failing) },
  { name: 'draining', shutdown: exampleShutdown(failing) },
  { name: 'stopping', shutdown: exampleShutdown(failing) },
  { name: 'stopped', shutdown: exampleShutdown(failing), exitCode: 0 },
]

const passing = (failing: boolean, verdict: (state: State) => { ok: boolean }): readonly string[] =>
  states(failing)
    .filter((state) => verdict(state).ok)
    .map((state) => state.name)

test('the tests below go through every state', () => {
  assert.deepEqual(
    states(true).map((state) => state.name),
    stateNames,
  )
})

test('readiness passes in ready only, once the shutdown has made it fail', () => {
  assert.deepEqual(passing(true, readiness), ['ready'])
})

test('readiness stays green in the shutdown until its own delay is over', () => {
  assert.deepEqual(passing(false, readiness), ['ready', 'delaying', 'draining', 'stopping', 'stopped'])
})

test('liveness passes in every state: what finishes its work is alive (trap 37)', () => {
  assert.deepEqual(
    passing(true, (state) => liveness(state, false)),
    stateNames,
  )
})

test('liveness fails from the first moment of the shutdown where the user wants that', () => {
  assert.deepEqual(
    passing(false, (state) => liveness(state, true)),
    ['starting', 'ready', 'unready'],
  )
})

test('startup passes in every state but starting', () => {
  assert.deepEqual(passing(true, startup), stateNames.slice(1))
})

test('each reason tells the state, and why it is so', () => {
  const held: State = { name: 'starting', completed: true, heldBy: 'cache is cold' }
  assert.equal(readiness(held).reason, 'starting: cache is cold')
  assert.equal(startup(held).reason, 'starting: cache is cold')
  assert.equal(readiness({ name: 'unready', reason: 'queue is full' }).reason, 'unready: queue is full')
  for (const state of states(true).slice(3)) {
    assert.equal(readiness(state).reason, `shutting down: ${state.name}`)
    assert.equal(liveness(state, true).reason, `shutting down: ${state.name}`)
    assert.equal(liveness(state, false).reason, state.name)
  }
})
