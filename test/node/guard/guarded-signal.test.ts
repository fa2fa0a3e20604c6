import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { guardSignal } from '../../../src/node/guard/guarded-signal.ts'

function makeSignal() {
  const abort = new AbortController()
  const errors: unknown[] = []
  const signal = guardSignal(abort.signal, (error) => errors.push(error))
  return { abort, signal, errors }
}

test('listeners are called with the event, on the signal, once where they ask for it', () => {
  const { abort, signal } = makeSignal()
  const seen: unknown[] = []
  signal.addEventListener(
    'abort',
    function listener(this: AbortSignal, event) {
      seen.push(this, event.target, event.type)
    },
    { once: true },
  )
  abort.abort()
  assert.deepEqual(seen, [signal, signal, 'abort'])
})

test('a listener that was removed is not called, and one added twice is called once', () => {
  const { abort, signal } = makeSignal()
  let calls = 0
  const removed = (): void => assert.fail('it was removed')
  const twice = (): void => void calls++
  signal.addEventListener('abort', removed)
  signal.removeEventListener('abort', removed)
  signal.addEventListener('abort', twice)
  signal.addEventListener('abort', twice)
  abort.abort()
  assert.equal(calls, 1)
})

test('what a listener throws goes to the guard, and the others are called', async () => {
  const { abort, signal, errors } = makeSignal()
  let calls = 0
  signal.addEventListener('abort', () => {
    throw new Error('thrown')
  })
  signal.addEventListener('abort', (): unknown => Promise.reject(new Error('rejected')))
  signal.addEventListener('abort', () => calls++)
  abort.abort()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(calls, 1)
  assert.deepEqual(
    errors.map((error) => (error as Error).message),
    ['thrown', 'rejected'],
  )
})

test('it is a real signal to Node’s own functions and to signals that follow it', async () => {
  const { abort, signal } = makeSignal()
  const pending = [
    wait(60_000, undefined, { signal }),
    once(new EventTarget(), 'never', { signal }),
    fetch('http://127.0.0.1:9', { signal }),
  ]
  const following = AbortSignal.any([signal])
  abort.abort()
  for (const promise of pending) await assert.rejects(promise, { name: 'AbortError' })
  assert.equal(following.aborted, true)
  assert.throws(() => signal.throwIfAborted(), { name: 'AbortError' })
})
