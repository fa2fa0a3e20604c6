import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { limitReading } from '../../../src/load/http1/limit-reading.ts'

/** A socket that only counts, on a clock that the test turns. */
function watch(t: TestContext) {
  let nowMs = 5_000
  t.mock.method(performance, 'now', () => nowMs)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const calls: string[] = []
  const socket = new EventEmitter()
  const counting = { pause: () => calls.push('pause'), resume: () => calls.push('resume') }
  limitReading(Object.assign(socket, counting) as unknown as Socket, 1_000)
  return {
    calls,
    socket,
    pass(ms: number) {
      nowMs += ms
      t.mock.timers.tick(ms)
    },
  }
}

test('limitReading pauses the socket for as long as its bytes may take', (t) => {
  const { calls, socket, pass } = watch(t)
  socket.emit('data', Buffer.alloc(50))
  pass(49)
  assert.deepEqual(calls, ['pause'])
  pass(1)
  assert.deepEqual(calls, ['pause', 'resume'])
})

for (const [lateMs, pausedMs] of [
  [100, 1_400],
  [1_000, 500],
  [60_000, 500],
] as const) {
  test(`limitReading makes up for up to a second in which nothing was read, ${lateMs} ms here`, (t) => {
    const { calls, socket, pass } = watch(t)
    socket.emit('data', Buffer.alloc(50))
    pass(50 + lateMs)
    socket.emit('data', Buffer.alloc(1_500))
    pass(pausedMs - 1)
    assert.deepEqual(calls, ['pause', 'resume', 'pause'])
    pass(1)
    assert.deepEqual(calls, ['pause', 'resume', 'pause', 'resume'])
  })
}

test('limitReading reads on without a pause while it is late', (t) => {
  const { calls, socket, pass } = watch(t)
  socket.emit('data', Buffer.alloc(50))
  pass(2_000)
  socket.emit('data', Buffer.alloc(500))
  assert.deepEqual(calls, ['pause', 'resume'])
})

test('limitReading leaves a socket alone that is closed', (t) => {
  const { calls, socket, pass } = watch(t)
  socket.emit('data', Buffer.alloc(50))
  socket.emit('close')
  pass(100)
  assert.deepEqual(calls, ['pause'])
})
