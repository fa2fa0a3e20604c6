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

test('describe is short and never throws, whatever it is given', () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, maxDepth: 5 }), (value) => {
      assert.ok(typeof value === 'bigint' || describe(value).length <= 100)
    }),
  )
})
