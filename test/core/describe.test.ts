import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { describe } from '../../src/core/describe.ts'

test('describe shows a value and its type', () => {
  assert.equal(describe('5s'), "'5s' (string)")
  assert.equal(describe(5), '5 (number)')
  assert.equal(describe(5n), '5 (bigint)')
  assert.equal(describe(null), 'null (object)')
  assert.equal(describe(undefined), 'undefined (undefined)')
  assert.equal(describe({ a: 1 }), '{"a":1} (object)')
  assert.equal(describe(Symbol('s')), 'Symbol(s) (symbol)')
})

test('describe shows a function by its name, not by its source', () => {
  assert.equal(
    describe(function handler() {
      return 'secret'
    }),
    'handler (function)',
  )
  assert.equal(
    describe(() => {}),
    'anonymous (function)',
  )
})

test('describe does not throw on what JSON cannot write', () => {
  const circular: unknown[] = []
  circular.push(circular)
  assert.equal(describe(circular), '[...] (object)')
  assert.equal(describe({ big: 1n }), '{...} (object)')
  assert.equal(describe({ toJSON: () => undefined }), '{} (object)')
})

test('describe is short, on one line, and never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 5 }), (value) => {
      assert.ok(describe(value).length <= 100)
      assert.ok(!describe(value).includes('\n'))
    }),
  )
})

test('describe does not throw on what throws at every look at it', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  assert.equal(describe(proxy), '{...} (object)')
  const throws = (): never => {
    throw new Error('no')
  }
  assert.equal(
    describe(new Proxy({}, { get: throws, ownKeys: throws, getPrototypeOf: throws })),
    '{...} (object)',
  )
  assert.equal(describe(Object.defineProperty(() => {}, 'name', { get: throws })), 'anonymous (function)')
  assert.equal(
    describe(Object.defineProperty(() => {}, 'name', { value: Symbol('s') })),
    'Symbol(s) (function)',
  )
  assert.equal(describe(Symbol('s'.repeat(1_000))).length, 89)
  assert.equal(describe('a\r\nb'), "'a b' (string)")
})
