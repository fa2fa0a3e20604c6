import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Assignments, MessageQueue } from '../../../src/supervisor/systemd/message-queue.ts'

function through(...messages: readonly Assignments[]): readonly Assignments[] {
  const queue = new MessageQueue()
  for (const message of messages) queue.add(message)
  const taken: Assignments[] = []
  for (let message = queue.take(); message; message = queue.take()) taken.push(message)
  return taken
}

test('a later status replaces one that waits, and signs of life go with it', () => {
  assert.deepEqual(through({ STATUS: 'a' }, { WATCHDOG: '1' }, { STATUS: 'b' }, { WATCHDOG: '1' }), [
    { STATUS: 'b', WATCHDOG: '1' },
  ])
})

test('a reload keeps both of its messages, in their order', () => {
  const reloading = { RELOADING: '1', MONOTONIC_USEC: '5', STATUS: 'restarting' }
  assert.deepEqual(through(reloading, { READY: '1', STATUS: 'serves' }, reloading, { STOPPING: '1' }), [
    reloading,
    { READY: '1', STATUS: 'serves' },
    reloading,
    { STOPPING: '1' },
  ])
})

test('a status goes with the state that waits before it, and with the one that comes after', () => {
  assert.deepEqual(through({ READY: '1', STATUS: 'a' }, { STATUS: 'b' }), [{ READY: '1', STATUS: 'b' }])
  assert.deepEqual(through({ STATUS: 'a' }, { STOPPING: '1' }), [{ STATUS: 'a', STOPPING: '1' }])
})

test('what has been taken is not changed any more', () => {
  const queue = new MessageQueue()
  queue.add({ STATUS: 'a' })
  assert.deepEqual(queue.take(), { STATUS: 'a' })
  queue.add({ STATUS: 'b' })
  assert.deepEqual(queue.take(), { STATUS: 'b' })
  assert.equal(queue.take(), undefined)
})
