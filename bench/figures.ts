/** Middle and ends of a series. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** A mean, and how far it may be off. */
export interface Estimate {
  readonly mean: number
  /** Standard error of the mean; NaN with a single value. */
  readonly standardError: number
}

/** The two sides of a comparison. */
export type Variant = 'bare' | 'lastcall'

/** What one pair of rounds gave. */
export type Pair<T> = Readonly<Record<Variant, T>>

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const index = (sorted.length - 1) * share
    const [below = NaN, above = NaN] = [sorted[Math.floor(index)], sorted[Math.ceil(index)]]
    return below + (above - below) * (index - Math.floor(index))
  }
  return { median: at(0.5), min: at(0), max: at(1) }
}

/** The mean of independent values and its standard error. */
export function estimateOf(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) }
}

/**
 * Measures both sides of every pair, one straight after the other and the first one changing, so that what
 * drifts falls on both.
 */
export async function measurePairs<T>(
  count: number,
  measure: (variant: Variant, pair: number) => Promise<T>,
): Promise<readonly Pair<T>[]> {
  const pairs: Pair<T>[] = []
  for (let index = 0; index < count; index++) {
    if (index % 2 === 0) {
      const bare = await measure('bare', index)
      pairs.push({ bare, lastcall: await measure('lastcall', index) })
    } else {
      const lastcall = await measure('lastcall', index)
      pairs.push({ bare: await measure('bare', index), lastcall })
    }
  }
  return pairs
}

/** `median (min..max)`. */
export function printSpread({ median, min, max }: Spread, digits = 0): string {
  return `${printNumber(median, digits)} (${printNumber(min, digits)}..${printNumber(max, digits)})`
}

/** A number with so many digits, thousands apart. */
export function printNumber(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
