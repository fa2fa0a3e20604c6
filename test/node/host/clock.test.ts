import assert from 'node:assert/strict'
import { test } from 'node:test'
import { realClock } from '../../../src/node/host/clock.ts'

test('now() is wall-clock time that does not go backwards', () => {
  assert.ok(Math.abs(realClock.now() - Date.now()) < 60_000)
  let last = realClock.now()
  for (let index = 0; index < 1_000; index++) {
    const now = realClock.now()
    assert.ok(now >= last)
    last = now
  }
})

test('a timer that is disposed of does not fire', async () => {
  let fired = false
  realClock.startTimer(0, () => (fired = true))[Symbol.dispose]()
  await new Promise((resolve) => realClock.startTimer(2, () => resolve(undefined)))
  assert.equal(fired, false)
})
