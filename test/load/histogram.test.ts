import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketOf, countValue, mergeHistograms, quantileOf } from '../../src/load/histogram.ts'

const values = fc.oneof(fc.nat(200), fc.nat(100_000), fc.nat(2 ** 31 - 1))
const histogramOf = (all: readonly number[]): number[] => {
  const histogram: number[] = []
  for (const value of all) countValue(histogram, value)
  return histogram
}

test('quantileOf is within 1/128 of the value that is really at that share', () => {
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, share) => {
        const sorted = all.toSorted((one, other) => one - other)
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!
        const got = quantileOf(histogramOf(all), share)
        assert.ok(Math.abs(got - exact) <= exact / 128, `${got} instead of ${exact}`)
      },
    ),
  )
})

test('mergeHistograms of the parts is the histogram of all', () => {
  fc.assert(
    fc.property(fc.array(fc.array(values, { maxLength: 60 }), { maxLength: 5 }), (parts) => {
      assert.deepEqual(mergeHistograms(parts.map(histogramOf)), histogramOf(parts.flat()))
    }),
  )
})

test('bucketOf never puts a larger value into a lower bucket, and is exact up to 128', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      assert.ok(one <= other === bucketOf(one) <= bucketOf(other) || bucketOf(one) === bucketOf(other))
    }),
  )
  for (let value = 0; value < 128; value++) assert.equal(quantileOf(histogramOf([value]), 1), value)
})

test('countValue takes what is negative, fractional or too large', () => {
  assert.deepEqual(histogramOf([-5, 0.4, 0]), [0, 3])
  assert.deepEqual(histogramOf([1.5, 2]), [2, 2])
  assert.deepEqual(histogramOf([1e12, 2 ** 31 - 1]), [bucketOf(2 ** 31 - 1), 2])
})

test('a histogram without values has quantiles of 0', () => {
  assert.equal(quantileOf([], 0.5), 0)
})
