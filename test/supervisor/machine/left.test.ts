import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detail, ignores, leaveServing, outcome, replacing, serving, settled, soaking } from './histories.ts'
import { accepted, exited, left, play, preStart, ready, serves, soakElapsed, started, stop } from './play.ts'

const end = (generation: number): readonly string[] => [
  `start hammer ${generation} in 30000`,
  `drain ${generation}`,
]

test('the serving generation shuts itself down: the next one does not wait for its exit', () => {
  const gone = [...serving, left(1)]
  const { state, effects, phases } = play(gone)
  assert.deepEqual(effects, [...end(1), ...leaveServing, 'start backOff in 100'])
  assert.deepEqual([state.name, state.current, state.crashes, phases], ['waiting', null, 1, { 1: 'ending' }])
  assert.equal(detail(gone), 'generation 1 shuts down, and lastcall has not told it to: too much memory')
  assert.deepEqual(play([...gone, exited(1, 0)]).effects, ['stop hammer 1', 'stop kill 1'])
})

test('the new generation shuts itself down in the soak: the old one accepts again', () => {
  const { state, effects } = play([...soaking, left(2)])
  assert.deepEqual(effects, ['stop soak', 'pause 2', 'resume 1', ...end(2), 'settle 1 rolled-back'])
  assert.deepEqual([state.name, state.current], ['serving', 1])
})

test('the old generation shuts itself down in the soak: the new one goes on alone', () => {
  const alone = [...soaking, left(1)]
  assert.deepEqual([outcome(alone).name, play(alone).state.previous], ['soaking', null])
  assert.deepEqual(play([...alone, soakElapsed]).effects, ['settle 1 completed'])
})

test('the serving generation shuts itself down while it is replaced: the new one becomes the current one', () => {
  assert.deepEqual(play([...replacing, left(1)]).effects, end(1))
  assert.equal(play([...replacing, left(1), ready(2), accepted(2)]).state.current, 2)
})

test('a new generation that shuts itself down: the restart failed', () => {
  assert.deepEqual(settled([...replacing, left(2)]), ['1 failed'])
  assert.equal(outcome([...replacing, left(2)]).current, 1)
  assert.equal(outcome([started, left(1)]).name, 'waiting')
})

test('the serving generation shuts itself down while the pre-start command runs: the restart is that of the recovery', () => {
  const gone = [...replacing, left(1)]
  assert.deepEqual(play(gone, { preStart: true }).effects, [...end(1), 'start ready 2 in 60000', 'spawn 2'])
  ignores(gone, preStart(null), { preStart: true })
})

test('a standby that shuts itself down is not used', () => {
  const gone = [...serving, ready(2), left(2)]
  assert.equal(play(gone, { standby: true }).state.standby, null)
  assert.equal(outcome([...gone, exited(1)], { standby: true }).name, 'waiting')
})

test('a generation that was told to end has nothing to add', () => {
  ignores([...serving, stop], left(1))
  ignores([...soaking, soakElapsed], left(1))
  ignores([...serving, left(1)], left(1))
  assert.deepEqual(play([...serving, left(1), ...serves(1)]).effects, [])
})
