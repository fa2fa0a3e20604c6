import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detail, ignores, outcome, replacing, serving, soaking } from './histories.ts'
import { exited, play, ready, soakElapsed, started, unready } from './play.ts'

test('the new generation dies in the soak: the old one accepts again', () => {
  const { state, effects, phases } = play([...soaking, exited(2, 'SIGKILL')])
  assert.deepEqual(effects, ['stop soak', 'resume 1', 'settle 1 rolled-back'])
  assert.deepEqual(
    [state.name, state.current, state.previous, phases],
    ['serving', 1, null, { 1: 'serving' }],
  )
  assert.deepEqual([state.restarts.rolledBack, state.lastFailure?.kind, state.crashes], [1, 'rolled-back', 0])
  assert.equal(
    state.lastFailure?.detail,
    'rolled back to generation 1: generation 2 was ended by SIGKILL while it served',
  )
})

test('the new generation turns unready in the soak: it pauses, the old one accepts, and the new one drains', () => {
  const { state, effects, phases } = play([...soaking, unready(2)])
  assert.deepEqual(effects, [
    'stop soak',
    'pause 2',
    'resume 1',
    'start hammer 2 in 30000',
    'drain 2',
    'settle 1 rolled-back',
  ])
  assert.deepEqual(phases, { 1: 'serving', 2: 'ending' })
  assert.match(state.lastFailure?.detail ?? '', /generation 2 turned unready: no database$/)
})

test('the old generation dies in the soak: the new one goes on alone', () => {
  const alone = [...soaking, exited(1)]
  assert.deepEqual([outcome(alone).name, play(alone).state.previous], ['soaking', null])
  assert.equal(detail(alone), 'generation 1 exited with code 1 while it was paused')
  ignores(alone, unready(2))
  assert.deepEqual(play([...alone, soakElapsed]).effects, ['settle 1 completed'])
})

test('both die in the soak: a crash, and the restart failed', () => {
  const { effects, state } = play([...soaking, exited(1), exited(2)])
  assert.deepEqual(effects, ['stop soak', 'settle 1 failed', 'start backOff in 100'])
  assert.deepEqual([state.name, state.crashes, state.restarts.failed], ['waiting', 1, 1])
})

test('unready outside of the soak changes nothing', () => {
  ignores([started], unready(1))
  ignores([started, ready(1)], unready(1))
  ignores(serving, unready(1))
  ignores(replacing, unready(1))
  ignores(replacing, unready(2))
  ignores([...soaking, soakElapsed], unready(2))
  ignores(soaking, unready(1))
})
