import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { ignores, leaveServing, outcome, replacing, serving, settled, soaking } from './histories.ts'
import {
  backOffElapsed,
  exited,
  play,
  preStart,
  ready,
  restart,
  serves,
  soakElapsed,
  started,
  unready,
} from './play.ts'

test('a crash: the next generation starts after the back-off', () => {
  const { effects, state } = play([...serving, exited(1, 'SIGKILL')])
  assert.deepEqual(effects, [...leaveServing, 'start backOff in 100'])
  assert.deepEqual([state.name, state.current, state.crashes], ['waiting', null, 1])
  assert.equal(state.lastFailure?.detail, 'generation 1 was ended by SIGKILL while it served')
  assert.deepEqual(play([...serving, exited(1), backOffElapsed]).effects, [
    'start ready 2 in 60000',
    'spawn 2',
  ])
})

test('an exit with code 0 that nobody asked for is a crash', () => {
  assert.deepEqual(
    [outcome([...serving, exited(1, 0)]).name, outcome([started, exited(1, 0)]).crashes],
    ['waiting', 1],
  )
})

test('the back-off doubles up to its limit', () => {
  const events: SupervisorEvent[] = [started]
  const delays: string[] = []
  for (let generation = 1; generation <= 9; generation++) {
    events.push(exited(generation))
    delays.push(play(events).effects.at(-1) ?? '')
    events.push(backOffElapsed)
  }
  assert.deepEqual(
    delays,
    [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000].map((ms) => `start backOff in ${ms}`),
  )
})

test('a generation that outlives the soak after a crash ends the count', () => {
  const recovered = [...serving, exited(1), backOffElapsed, ...serves(2)]
  assert.deepEqual(play(recovered).effects, ['stop ready 2', 'start soak in 5000'])
  assert.equal(outcome(recovered).crashes, 1)
  assert.equal(outcome([...recovered, soakElapsed]).crashes, 0)
})

test('more crashes in a row than the limit: the supervisor ends with the code of the child', () => {
  const events = [started, exited(1), backOffElapsed, exited(2), backOffElapsed, exited(3, 7)]
  assert.deepEqual(play(events, { crashLimit: 2 }).effects.at(-1), 'finish 7')
  assert.equal(outcome(events, { crashLimit: 2 }).name, 'stopped')
})

test('at the crash limit what is left is ended first', () => {
  const unready2 = [...soaking, unready(2), exited(1, 9)]
  const { state, phases } = play(unready2, { crashLimit: 0 })
  assert.deepEqual([state.name, phases], ['stopping', { 2: 'ending' }])
  assert.deepEqual(play([...unready2, exited(2, 0)], { crashLimit: 0 }).effects.at(-1), 'finish 9')
})

test('the old generation dies while it is replaced: the new one becomes the current one', () => {
  const alone = [...replacing, exited(1)]
  const { state, effects } = play(alone)
  assert.deepEqual([state.name, state.current, state.crashes, effects], ['replacing', null, 1, []])
  const taken = play([...alone, ...serves(2)])
  assert.deepEqual(taken.effects, ['stop ready 2', 'start soak in 5000'])
  assert.deepEqual([taken.state.name, taken.state.previous], ['soaking', null])
  assert.deepEqual(settled([...alone, ...serves(2), soakElapsed]), ['1 completed'])
})

test('a generation that outlives the soak of a restart ends the count as well, and is not watched any longer', () => {
  const alone = [...replacing, exited(1), ...serves(2)]
  assert.equal(outcome(alone).crashes, 1)
  assert.deepEqual(play([...alone, soakElapsed]).effects, ['settle 1 completed'])
  assert.equal(outcome([...alone, soakElapsed]).crashes, 0)
})

test('both die while one is replaced: a crash, and the restart failed', () => {
  const { state, effects } = play([...replacing, exited(1), exited(2)])
  assert.deepEqual(effects, ['stop ready 2', 'settle 1 failed', 'start backOff in 200'])
  assert.deepEqual([state.name, state.next], ['waiting', null])
})

test('a new generation that turns unready with nobody else to serve goes on', () => {
  ignores([...replacing, exited(1), ready(2)], unready(2))
})

test('a crash while the pre-start command runs: the restart becomes that of the recovery', () => {
  const crashed = [...replacing, exited(1)]
  assert.deepEqual(play(crashed, { preStart: true }).effects, ['start ready 2 in 60000', 'spawn 2'])
  ignores(crashed, preStart(null), { preStart: true })
  assert.deepEqual(settled([...crashed, ...serves(2)], { preStart: true }), ['1 completed'])
  const two = [...replacing, restart(2), exited(1), ...serves(2)]
  assert.deepEqual(settled(two, { preStart: true }), ['1 superseded', '2 completed'])
})

test('a crash with a restart in the queue: that one starts without a back-off', () => {
  const { state, effects } = play([...replacing, restart(2), exited(1), exited(2)])
  assert.deepEqual(effects, ['stop ready 2', 'settle 1 failed', 'start ready 3 in 60000', 'spawn 3'])
  assert.deepEqual([state.name, state.request?.id], ['starting', 2])
})
