/**
 * Counts of values by log-linear buckets, without empty buckets: `[bucket, count, bucket, count, …]` in the
 * order of the buckets. Plain numbers, so that another process can read it as JSON.
 */
export type Histogram = readonly number[]

/** Buckets per power of two. They give a value to within 1/128 of itself. */
const PER_OCTAVE = 64
const MAX_VALUE = 2 ** 31 - 1

/**
 * The bucket of a value. Rounds fractions, counts negative values as 0, and values above 2^31 - 1 as that
 * number.
 */
export function bucketOf(value: number): number {
  const whole = Math.round(Math.min(MAX_VALUE, Math.max(0, value)))
  const shift = Math.max(0, 31 - Math.clz32(whole) - Math.log2(PER_OCTAVE))
  return shift * PER_OCTAVE + (whole >> shift)
}

/** The middle of a bucket. */
function valueOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / PER_OCTAVE) - 1)
  const least = (bucket - shift * PER_OCTAVE) * 2 ** shift
  return least + (2 ** shift - 1) / 2
}

/** Counts one more value. */
export function countValue(histogram: number[], value: number): void {
  const bucket = bucketOf(value)
  let place = 0
  while (place < histogram.length && (histogram[place] ?? 0) < bucket) place += 2
  if (histogram[place] === bucket) histogram[place + 1] = (histogram[place + 1] ?? 0) + 1
  else histogram.splice(place, 0, bucket, 1)
}

/** Adds up histograms. */
export function mergeHistograms(histograms: readonly Histogram[]): number[] {
  const counts = new Map<number, number>()
  for (const histogram of histograms) {
    for (let place = 0; place < histogram.length; place += 2) {
      const bucket = histogram[place] ?? 0
      counts.set(bucket, (counts.get(bucket) ?? 0) + (histogram[place + 1] ?? 0))
    }
  }
  return [...counts].toSorted(([one], [other]) => one - other).flat()
}

/** The quantile of the values at `share`, from 0 to 1; 0 without values. */
export function quantileOf(histogram: Histogram, share: number): number {
  const total = histogram.reduce((sum, number, index) => (index % 2 === 0 ? sum : sum + number), 0)
  let left = Math.max(1, Math.ceil(share * total))
  for (let place = 0; place < histogram.length; place += 2) {
    left -= histogram[place + 1] ?? 0
    if (left <= 0) return valueOf(histogram[place] ?? 0)
  }
  return 0
}
