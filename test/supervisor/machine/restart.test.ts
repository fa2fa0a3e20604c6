import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detail, leaveServing, outcome, replacing, settled, soaking } from './histories.ts'
import { exited, play, preStart, ready, restart, serves, soakElapsed, timedOut, unready } from './play.ts'

test('a restart spawns the next generation, and touches nothing else', () => {
  const { effects, phases } = play(replacing)
  assert.deepEqual(effects, [...leaveServing, 'start ready 2 in 60000', 'spawn 2'])
  assert.deepEqual(phases, { 1: 'serving', 2: 'starting' })
})

test('the old generation is paused only after the new one listens', () => {
  assert.ok(!play([...replacing, ready(2)]).effects.includes('pause 1'))
  const { state, effects, phases } = play(soaking)
  assert.deepEqual(effects, ['stop ready 2', 'pause 1', 'start soak in 5000'])
  assert.deepEqual([state.name, state.current, state.previous], ['soaking', 2, 1])
  assert.deepEqual(phases, { 1: 'paused', 2: 'serving' })
})

test('after the soak the old generation drains, with the hammer behind it', () => {
  const { effects } = play([...soaking, soakElapsed])
  assert.deepEqual(effects, ['start hammer 1 in 30000', 'drain 1', 'settle 1 completed'])
  assert.deepEqual(outcome([...soaking, soakElapsed]), {
    name: 'serving',
    current: 2,
    completed: 1,
    failed: 0,
    rolledBack: 0,
    crashes: 0,
    failure: null,
  })
})

for (const [what, event, kind, words] of [
  ['dies', exited(2, 1), 'exited', /^generation 2 exited with code 1 before it was ready$/],
  [
    'dies of a signal',
    exited(2, 'SIGSEGV'),
    'exited',
    /^generation 2 was ended by SIGSEGV before it was ready$/,
  ],
  ['is not ready in time', timedOut(2), 'not-ready', /^generation 2 did not become ready within 60s/],
] as const) {
  test(`a new generation that ${what}: the restart failed, and the old one serves as before`, () => {
    const { state, effects, phases } = play([...replacing, event])
    assert.ok(effects.includes('settle 1 failed'))
    assert.deepEqual([state.name, state.current, state.next, state.request], ['serving', 1, null, null])
    assert.equal(phases[1], 'serving')
    assert.deepEqual([state.restarts.failed, state.lastFailure?.kind], [1, kind])
    assert.match(state.lastFailure?.detail ?? '', words)
    assert.deepEqual(settled([...replacing, event, restart(2), ...serves(3), soakElapsed]), [
      '1 failed',
      '2 completed',
    ])
  })
}

test('a new generation that is not ready in time is killed', () => {
  assert.deepEqual(play([...replacing, timedOut(2)]).effects, ['stop ready 2', 'kill 2', 'settle 1 failed'])
})

test('a new generation that turns unready before it listens is not trusted: it may listen already', () => {
  const { effects, state } = play([...replacing, ready(2), unready(2)])
  assert.deepEqual(effects, [
    'pause 2',
    'stop ready 2',
    'start hammer 2 in 30000',
    'drain 2',
    'settle 1 failed',
  ])
  assert.deepEqual([state.name, state.current, state.lastFailure?.kind], ['serving', 1, 'unready'])
})

test('the pre-start command runs first, and may refuse', () => {
  const preStartWanted = { preStart: true }
  assert.deepEqual(play(replacing, preStartWanted).effects, [...leaveServing, 'runPreStart for request 1'])
  assert.equal(outcome(replacing, preStartWanted).name, 'checking')
  assert.deepEqual(play([...replacing, preStart(null)], preStartWanted).effects, [
    'start ready 2 in 60000',
    'spawn 2',
  ])
  const refused = [...replacing, preStart('the schema is too old')]
  assert.deepEqual(play(refused, preStartWanted).effects, ['settle 1 failed'])
  assert.deepEqual(outcome(refused, preStartWanted), {
    name: 'serving',
    current: 1,
    completed: 0,
    failed: 1,
    rolledBack: 0,
    crashes: 0,
    failure: 'pre-start',
  })
  assert.match(detail(refused, preStartWanted), /refused the restart: the schema is too old$/)
})
