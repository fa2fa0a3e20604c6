import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { errorText, limited } from '../../../src/node/guard/limit.ts'

test('limited() tells the value, of a promise or of none, and leaves no timer behind', async () => {
  for (const call of [() => 7, async () => 7, () => Promise.resolve(7)]) {
    const outcome = await limited(call, 60_000)
    assert.equal(outcome.type === 'finished' && outcome.value, 7)
  }
})

test('limited() tells what was thrown, undefined included', async () => {
  const outcome = await limited(() => {
    // oxlint-disable-next-line typescript/only-throw-error -- anything can be thrown
    throw undefined
  }, 60_000)
  assert.equal(outcome.type, 'failed')
  assert.ok('error' in outcome && outcome.error === undefined)
})

test('limited() calls a function that blocks and takes its value, however long that was', async () => {
  const outcome = await limited(() => {
    const until = performance.now() + 20
    while (performance.now() < until);
    return 'done'
  }, 1)
  assert.equal(outcome.type, 'finished')
  assert.ok(outcome.ms >= 19)
})

test('limited() ends earlier when it is told to', async () => {
  const ended = new AbortController()
  const outcome = limited(() => new Promise(() => {}), 60_000, ended.signal)
  ended.abort()
  assert.equal((await outcome).type, 'timedOut')
})

test('limited() leaves no listener on what may end it, however often it is called', async () => {
  const { signal } = new AbortController()
  for (let call = 0; call < 20; call++) await limited(() => {}, 60_000, signal)
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
})

test('errorText() is one line of whatever was thrown', () => {
  const unreadable = new Error('x')
  Object.defineProperty(unreadable, 'message', {
    get() {
      throw new Error('no')
    },
  })
  const texts: readonly [unknown, string][] = [
    [new Error('out of\n    memory'), 'out of memory'],
    [new RangeError(''), 'RangeError'],
    [Object.assign(new Error('x'), { message: { code: 5 } }), '[object Object]'],
    [Object.assign(new Error('x'), { message: 5 }), '5'],
    [unreadable, '{} (object)'],
    [undefined, 'undefined'],
    ['text', 'text'],
    [Object.create(null), '{} (object)'],
    [Symbol('s'), 'Symbol(s)'],
  ]
  for (const [error, text] of texts) assert.equal(errorText(error), text)
})

test('errorText() takes any thrown value, and none of it for long', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.equal(errorText(proxy), '{...} (object)')
  assert.equal(errorText(new Error('a \n\n  b\r\n')), 'a b')
  // With a regular expression these were minutes.
  const indented = `x${' '.repeat(400_000)}y`
  assert.equal(errorText(new Error(indented)), indented)
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true }),
      fc.boolean(),
      (value, wrapped) => {
        const text = errorText(wrapped ? Object.assign(new Error(), { message: value }) : value)
        assert.equal(typeof text, 'string')
        assert.ok(!text.includes('\n'))
      },
    ),
  )
})

test('limited() tells how long it took, however it ended', async () => {
  const { signal } = new AbortController()
  for (const [call, type] of [
    [() => 7, 'finished'],
    [() => Promise.reject(new Error('no')), 'failed'],
    [() => new Promise(() => {}), 'timedOut'],
  ] as const) {
    const began = performance.now()
    const outcome = await limited(call, 20, signal)
    const longest = Math.ceil(performance.now() - began)
    assert.equal(outcome.type, type)
    assert.ok(outcome.ms >= 0 && outcome.ms <= longest, `${outcome.ms} ms of ${longest}`)
  }
})
