import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcome, replacing, serving, settled, soaking } from './histories.ts'
import {
  accepted,
  exited,
  play,
  preStart,
  ready,
  restart,
  serves,
  soakElapsed,
  started,
  stop,
  unready,
} from './play.ts'

for (const [name, history, changes] of [
  ['checking', replacing, { preStart: true }],
  ['replacing', replacing, {}],
  ['soaking', soaking, {}],
] as const) {
  test(`a restart in ${name} is queued, and the latest wins`, () => {
    const { state, effects } = play([...history, restart(2), restart(3)], changes)
    assert.deepEqual([state.name, state.queued?.id], [name, 3])
    assert.deepEqual(effects, ['settle 2 superseded'])
  })
}

test('a queued restart begins when the one before is over, however that ended', () => {
  const queued = [...soaking, restart(2)]
  for (const event of [soakElapsed, exited(2), unready(2)]) {
    const { state, effects } = play([...queued, event])
    assert.deepEqual([state.name, state.request?.id, state.queued], ['replacing', 2, null])
    assert.equal(effects.at(-1), 'spawn 3')
  }
  const failed = play([...replacing, restart(2), exited(2)])
  assert.deepEqual([failed.state.name, failed.effects.at(-1)], ['replacing', 'spawn 3'])
  const refused = play([...replacing, restart(2), preStart('no')], { preStart: true })
  assert.deepEqual(refused.effects, ['settle 1 failed', 'runPreStart for request 2'])
})

test('a restart storm ends in at most two restarts', () => {
  const storm = Array.from({ length: 100 }, (_, index) => restart(index + 1))
  const { state } = play([...serving, ...storm, ...serves(2), soakElapsed, ...serves(3), soakElapsed])
  assert.deepEqual([state.name, state.current, state.restarts.completed], ['serving', 3, 2])
  assert.equal(new Set(settled([...serving, ...storm, ...serves(2), soakElapsed])).size, 99)
})

test('a restart of a first start: the candidate has old code, and makes room for the new one', () => {
  const asked = [started, restart(1)]
  assert.deepEqual(play(asked).effects, ['stop ready 1', 'kill 1'])
  const again = [...asked, exited(1, 'SIGKILL')]
  assert.deepEqual(play(again).effects.slice(-2), ['start ready 2 in 60000', 'spawn 2'])
  assert.equal(outcome(again).crashes, 0)
  assert.deepEqual(settled([...again, ...serves(2)]), ['1 completed'])
  assert.equal(outcome([...again, ...serves(2)]).completed, 1)
  assert.deepEqual(settled([...again, exited(2)]), ['1 failed'])
  assert.deepEqual(outcome([...again, exited(2)]).name, 'waiting')
})

test('a restart before the killed candidate has exited takes the place of the one before', () => {
  const asked = [started, restart(1), restart(2)]
  assert.deepEqual(play(asked).effects, ['settle 1 superseded'])
  assert.deepEqual(settled([...asked, exited(1), ...serves(2)]), ['1 superseded', '2 completed'])
})

test('a stream of restarts does not keep the first generation from ever serving', () => {
  const stream = [started, restart(1), exited(1), restart(2), restart(3)]
  assert.deepEqual(play(stream).phases, { 2: 'starting' })
  const { state } = play([...stream, ...serves(2)])
  assert.deepEqual([state.name, state.request?.id], ['replacing', 3])
  assert.deepEqual(settled([...stream, ...serves(2)]), ['2 superseded', '1 completed'])
})

test('a restart while the first generation is about to listen waits for that', () => {
  assert.deepEqual(play([started, ready(1), restart(1)]).effects, [])
  assert.equal(outcome([started, ready(1), restart(1), accepted(1)]).name, 'replacing')
})

test('a restart that is asked for before the start is that of the first generation', () => {
  assert.deepEqual(settled([restart(1), restart(2), started, ...serves(1)]), ['1 superseded', '2 completed'])
})

test('a restart in the back-off skips the rest of it', () => {
  const { effects, state } = play([...serving, exited(1), restart(1)])
  assert.deepEqual(effects, ['stop backOff', 'start ready 2 in 60000', 'spawn 2'])
  assert.deepEqual([state.name, state.request?.id], ['starting', 1])
  assert.deepEqual(settled([...serving, exited(1), restart(1), ...serves(2)]), ['1 completed'])
})

test('a restart in stopping and in stopped is answered at once', () => {
  assert.deepEqual(play([...serving, stop, restart(1)]).effects, ['settle 1 stopped'])
  assert.deepEqual(play([...serving, stop, exited(1, 0), restart(1)]).effects, ['settle 1 stopped'])
})
