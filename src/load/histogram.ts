/**
 * Counts of values by log-linear buckets, only those that have some: `[bucket, count, bucket, count, …]` in
 * the order of the buckets. Plain numbers, so that it can be written as JSON and read by another process.
 */
export type Histogram = readonly number[]

/** Buckets of each power of two. A value is known to within 1/128 of itself. */
const PER_OCTAVE = 64
const MAX_VALUE = 2 ** 31 - 1

/**
 * The bucket of a value. Fractions are rounded; what is negative counts as 0, what is above 2^31 - 1 as that.
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

/** Counts one value more. */
export function countValue(histogram: number[], value: number): void {
  const bucket = bucketOf(value)
  let place = 0
  while (place < histogram.length && (histogram[place] ?? 0) < bucket) place += 2
  if (histogram[place] === bucket) histogram[place + 1] = (histogram[place + 1] ?? 0) + 1
  else histogram.splice(place, 0, bucket, 1)
}

/** Adds histograms up. */
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

/** The value at or below which this share of all values lies, from 0 to 1; 0 without values. */
export function quantileOf(histogram: Histogram, share: number): number {
  const total = histogram.reduce((sum, number, index) => (index % 2 === 0 ? sum : sum + number), 0)
  let left = Math.max(1, Math.ceil(share * total))
  for (let place = 0; place < histogram.length; place += 2) {
    left -= histogram[place + 1] ?? 0
    if (left <= 0) return valueOf(histogram[place] ?? 0)
  }
  return 0
}
