import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseTarget } from '../../../src/node/probes/probe-target.ts'

const piece = fc.constantFrom(
  '/',
  '//',
  'readyz',
  'verbose',
  '?',
  '&',
  '=',
  '#',
  '%',
  '%zz',
  '%76',
  '+',
  ' ',
  'é',
  '\uD800',
)

test('parseTarget takes any text, and finds the path that is in front of the first question mark', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((parts) => parts.join('')),
      ),
      (url) => {
        const { path } = parseTarget(url)
        const before = url.split('?', 1)[0]!
        assert.ok(before.startsWith(path))
        assert.match(before.slice(path.length), /^\/*$/)
        assert.ok(path.length <= 1 || !path.endsWith('/'))
      },
    ),
  )
})

test('parseTarget finds verbose wherever it is in the query, and nowhere else', () => {
  const value = fc.constantFrom('', '=', '=true', '=?', '=a%20b')
  const other = fc.constantFrom('a', 'b=c', 'verbos', 'verbose2', '?verbose', 'x=verbose', '', '?', 'v%')
  fc.assert(
    fc.property(fc.array(other), fc.array(other), value, (before, after, end) => {
      const without = [...before, ...after].join('&')
      const query = [...before, `verbose${end}`, ...after].join('&')
      assert.equal(parseTarget(`/readyz?${query}`).verbose, true, query)
      assert.equal(parseTarget(`/readyz?${without}`).verbose, false, without)
    }),
  )
})

test('parseTarget is done with a megabyte of slashes in no time', () => {
  const slashes = '/'.repeat(1024 * 1024)
  assert.deepEqual(parseTarget(slashes), { path: '/', verbose: false })
  // With a regular expression this would be minutes.
  assert.equal(parseTarget(`${slashes}x`).path.length, slashes.length + 1)
})
