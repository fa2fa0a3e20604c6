import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ignores, outcome, replacing, serving, soaking } from './histories.ts'
import {
  backOffElapsed,
  exited,
  hammer,
  hammerElapsed,
  killElapsed,
  play,
  restart,
  serves,
  soakElapsed,
  started,
  stop,
} from './play.ts'

test('a stop ends every generation, and answers every restart', () => {
  const { effects, state, phases } = play([...soaking, restart(2), stop])
  assert.deepEqual(effects, [
    'settle 1 stopped',
    'settle 2 stopped',
    'stop soak',
    'stop backOff',
    'start hammer 1 in 30000',
    'terminate 1',
    'start hammer 2 in 30000',
    'terminate 2',
  ])
  assert.deepEqual([state.name, phases], ['stopping', { 1: 'ending', 2: 'ending' }])
})

test('a stop is over when the last generation has exited', () => {
  assert.equal(outcome([...soaking, stop, exited(1, 0)]).name, 'stopping')
  const { effects, state } = play([...soaking, stop, exited(1, 0), exited(2, 0)])
  assert.deepEqual(effects, ['stop hammer 2', 'stop kill 2', 'finish 0'])
  assert.deepEqual([state.name, state.exitCode], ['stopped', 0])
})

test('a stop leaves a generation alone that drains already: a second SIGTERM would force its exit', () => {
  const { effects } = play([...soaking, soakElapsed, stop])
  assert.deepEqual(effects.slice(2), ['start hammer 2 in 30000', 'terminate 2'])
})

test('a stop while a generation starts stops waiting for it', () => {
  const { effects } = play([started, stop])
  assert.deepEqual(effects.slice(2), ['stop ready 1', 'start hammer 1 in 30000', 'terminate 1'])
})

test('a stop in the back-off, and before the start, is over at once', () => {
  assert.deepEqual(play([...serving, exited(1, 3), stop]).effects.slice(2), ['finish 3'])
  assert.deepEqual(play([stop]).effects.slice(2), ['finish 0'])
  ignores([stop], started)
})

for (const [name, history, code] of [
  ['0 when all are clean', [...soaking, stop, exited(1, 0), exited(2, 0)], 0],
  ['the highest one', [...soaking, stop, exited(1, 3), exited(2, 1)], 3],
  ['143 for a program that has no handler', [...serving, stop, exited(1, 'SIGTERM')], 143],
  ['1 for a signal without a common number', [...serving, stop, exited(1, 'SIGBUS')], 1],
  ['not that of a candidate that never served', [...replacing, stop, exited(2, 'SIGTERM'), exited(1, 0)], 0],
  [
    'not that of a generation that crashed long ago',
    [...serving, exited(1, 9), backOffElapsed, ...serves(2), stop, exited(2, 0)],
    0,
  ],
  ['that of the candidate when none ever served', [started, stop, exited(1, 'SIGTERM')], 143],
  [
    'that of the last one that served when none is left',
    [...serving, exited(1, 4), backOffElapsed, stop, exited(2, 'SIGTERM')],
    4,
  ],
] as const) {
  test(`the exit code of a stop is ${name}`, () => {
    assert.equal(play(history).effects.at(-1), `finish ${code}`)
  })
}

test('the hammer: SIGTERM to a generation that takes too long, then SIGKILL', () => {
  const draining = [...soaking, soakElapsed]
  assert.deepEqual(play([...draining, hammerElapsed(1)]).effects, [
    'stop hammer 1',
    'start kill 1 in 1000',
    'terminate 1',
  ])
  assert.deepEqual(play([...draining, hammerElapsed(1), killElapsed(1)]).effects, ['kill 1'])
  const over = play([...draining, hammerElapsed(1), killElapsed(1), exited(1, 'SIGKILL')])
  assert.deepEqual([over.effects, over.phases], [['stop hammer 1', 'stop kill 1'], { 2: 'serving' }])
})

test('a hammer on request meets every generation that is ending, once, and no other', () => {
  const draining = [...soaking, soakElapsed]
  assert.deepEqual(play([...draining, hammer]).effects, [
    'stop hammer 1',
    'start kill 1 in 1000',
    'terminate 1',
  ])
  ignores([...draining, hammer], hammer)
  ignores(serving, hammer)
  ignores(draining, killElapsed(1))
})

test('a second stop hammers, and a third does not postpone the kill', () => {
  assert.deepEqual(play([...serving, stop, stop]).effects, [
    'stop hammer 1',
    'start kill 1 in 1000',
    'terminate 1',
  ])
  ignores([...serving, stop, stop], stop)
})
