import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from '../../src/core/duration.ts'

const readable = {
  '0': 0,
  '0s': 0,
  '1ms': 1,
  '500ms': 500,
  '5s': 5_000,
  '1.5s': 1_500,
  '1.5m': 90_000,
  '1h': 3_600_000,
  '0.0004s': 0,
  '007s': 7_000,
}

for (const [text, ms] of Object.entries(readable)) {
  test(`parseDuration reads '${text}' as ${ms} ms`, () => assert.equal(parseDuration(text), ms))
}

for (const text of [
  '',
  '5',
  '00',
  '-5s',
  '+5s',
  '5 s',
  '5S',
  '5sec',
  '.5s',
  '5.s',
  '1e3s',
  '1s2s',
  '5s\n',
  'NaNs',
  '1d',
]) {
  test(`parseDuration refuses ${JSON.stringify(text)}`, () => assert.equal(parseDuration(text), undefined))
}

test('formatDuration writes whole seconds in seconds and everything else in milliseconds', () => {
  assert.equal(formatDuration(0), '0s')
  assert.equal(formatDuration(250), '250ms')
  assert.equal(formatDuration(5_000), '5s')
  assert.equal(formatDuration(90_000), '90s')
  assert.equal(formatDuration(1_500), '1500ms')
  assert.equal(formatDuration(0.4), '0ms')
})

test('parseDuration reads back what formatDuration writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_147_483_647 }), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms)
    }),
  )
})

test('parseDuration never throws and yields nothing or a number that is not negative', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{0,5}(ms|s|m|h)?$/)), (text) => {
      const ms = parseDuration(text)
      assert.ok(ms === undefined || ms >= 0)
    }),
  )
})
