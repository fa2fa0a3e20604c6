import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { detail, ignores, outcome, serving } from './histories.ts'
import { backOffElapsed, exited, play, ready, started, timedOut } from './play.ts'

test('started: the first generation is spawned, and waited for', () => {
  assert.deepEqual(play([started]).effects, ['start ready 1 in 60000', 'spawn 1'])
  ignores([started], started)
})

test('a candidate that is ready is told to accept, and waited for again until it listens', () => {
  const { effects, phases } = play([started, ready(1)])
  assert.deepEqual(effects, ['stop ready 1', 'start ready 1 in 60000', 'accept 1'])
  assert.deepEqual(phases, { 1: 'accepting' })
})

test('a candidate that listens is the current one', () => {
  const { state, effects, phases } = play(serving)
  assert.deepEqual(effects, ['stop ready 1'])
  assert.deepEqual([state.name, state.current, state.next, phases], ['serving', 1, null, { 1: 'serving' }])
})

test('a first generation that is not ready in time is killed, and the next one starts after the back-off', () => {
  const { effects, state } = play([started, timedOut(1)])
  assert.deepEqual(effects, ['stop ready 1', 'kill 1', 'start backOff in 100'])
  assert.deepEqual([state.name, state.lastFailure?.kind], ['waiting', 'not-ready'])
  assert.match(
    detail([started, timedOut(1)]),
    /^generation 1 did not become ready within 60s after its start$/,
  )
  const { effects: next, phases } = play([started, timedOut(1), exited(1, 'SIGKILL'), backOffElapsed])
  assert.deepEqual(next, ['start ready 2 in 60000', 'spawn 2'])
  assert.deepEqual(phases, { 2: 'starting' })
})

test('a generation that is ready and then does not listen in time is told apart from one that is not ready', () => {
  assert.match(detail([started, ready(1), timedOut(1)]), /was ready, but did not listen within 60s/)
})

test('a generation that cannot be started is a failure of its own kind', () => {
  const unstartable: SupervisorEvent = {
    type: 'exited',
    at: 0,
    generation: 1,
    exit: { code: null, signal: null },
    problem: 'spawn ENOENT',
  }
  assert.equal(outcome([started, unstartable]).failure, 'spawn')
  assert.equal(detail([started, unstartable]), 'generation 1 could not be started: spawn ENOENT')
  assert.deepEqual(play([started, unstartable], { crashLimit: 0 }).effects.at(-1), 'finish 1')
})
