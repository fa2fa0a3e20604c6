import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SupervisorEvent } from '../../../src/supervisor/machine/event.ts'
import { leaveServing, outcome, serving } from './histories.ts'
import {
  accepted,
  backOffElapsed,
  exited,
  play,
  preStart,
  ready,
  restart,
  serves,
  soakElapsed,
  timedOut,
} from './play.ts'

const warm = { standby: true }
const warmed = [...serving, ready(2)]

test('a standby is started when somebody serves, and is not told to accept', () => {
  assert.deepEqual(play(serving, warm).effects, ['stop ready 1', 'start ready 2 in 60000', 'spawn 2'])
  const { effects, phases } = play(warmed, warm)
  assert.deepEqual([effects, phases], [['stop ready 2'], { 1: 'serving', 2: 'standby' }])
})

test('a crash with a warm standby: it accepts at once, and a new one is started when it serves', () => {
  const { effects, state } = play([...warmed, exited(1, 'SIGKILL')], warm)
  assert.deepEqual(effects, [...leaveServing, 'start ready 2 in 60000', 'accept 2'])
  assert.deepEqual([state.name, state.next, state.standby, state.crashes], ['starting', 2, null, 1])
  const taken = play([...warmed, exited(1), accepted(2)], warm)
  assert.deepEqual(taken.effects, ['stop ready 2', 'start soak in 5000', 'start ready 3 in 60000', 'spawn 3'])
})

test('a standby that is still starting at a crash is used as soon as it is ready, or at the end of the back-off', () => {
  const crashed = [...serving, exited(1)]
  assert.equal(outcome(crashed, warm).name, 'waiting')
  assert.deepEqual(play([...crashed, ready(2)], warm).effects, [
    'stop ready 2',
    'stop backOff',
    'start ready 2 in 60000',
    'accept 2',
  ])
  const { state, effects } = play([...crashed, backOffElapsed], warm)
  assert.deepEqual([state.name, state.next, state.standby, effects], ['starting', 2, null, []])
})

test('a generation that crashes whenever it serves ends at the crash limit, with a warm standby as well', () => {
  const events: SupervisorEvent[] = [...warmed]
  for (let generation = 1; generation <= 3; generation++) {
    events.push(exited(generation, 7), accepted(generation + 1), ready(generation + 2))
  }
  assert.equal(outcome(events, { ...warm, crashLimit: 3 }).name, 'serving')
  const { state } = play([...events, exited(4, 7), exited(5, 0)], { ...warm, crashLimit: 3 })
  assert.deepEqual([state.name, state.exitCode], ['stopped', 7])
})

test('a restart ends the standby, because its code is old, and warms a new one after the soak', () => {
  const { effects } = play([...warmed, restart(1)], warm)
  assert.deepEqual(effects, [
    ...leaveServing,
    'start hammer 2 in 30000',
    'terminate 2',
    'start ready 3 in 60000',
    'spawn 3',
  ])
  const soaked = [...warmed, restart(1), ...serves(3)]
  assert.equal(play(soaked, warm).state.standby, null)
  assert.equal(play([...soaked, soakElapsed], warm).effects.at(-1), 'spawn 4')
})

test('the standby stays warm while the pre-start command runs', () => {
  const changes = { ...warm, preStart: true }
  assert.equal(play([...warmed, restart(1)], changes).phases[2], 'standby')
  const refused = play([...warmed, restart(1), preStart('no')], changes)
  assert.deepEqual([refused.phases, refused.effects], [{ 1: 'serving', 2: 'standby' }, ['settle 1 failed']])
  const crashed = play([...warmed, restart(1), exited(1), accepted(2)], changes)
  assert.deepEqual([crashed.state.name, crashed.state.request?.id], ['checking', 1])
})

for (const [what, event, killed] of [
  ['dies', exited(2), []],
  ['is not ready in time', timedOut(2), ['kill 2']],
] as const) {
  test(`a standby that ${what} is tried again after the longest back-off`, () => {
    const { effects, state } = play([...serving, event], warm)
    assert.deepEqual(effects, ['stop ready 2', ...killed, 'start backOff in 10000'])
    assert.deepEqual([state.name, state.current, state.standby, state.crashes], ['serving', 1, null, 0])
    assert.equal(play([...serving, event, backOffElapsed], warm).effects.at(-1), 'spawn 3')
  })
}
