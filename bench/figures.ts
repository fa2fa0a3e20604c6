/** Middle and ends of a series. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  /** Half of the values lie between these two. */
  readonly lowerQuartile: number
  readonly upperQuartile: number
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
  return { median: at(0.5), min: at(0), max: at(1), lowerQuartile: at(0.25), upperQuartile: at(0.75) }
}

/** Measures both sides of every pair, one straight after the other and the first one changing, so that what drifts falls on both. */
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

/** `median [lower quartile..upper quartile] (min..max)`, for many values of which some were disturbed. */
export function printQuartiles(spread: Spread, digits: number): string {
  const { median, lowerQuartile, upperQuartile, min, max } = spread
  const [middle, lower, upper, least, most] = [median, lowerQuartile, upperQuartile, min, max].map((value) =>
    printNumber(value, digits),
  )
  return `${middle} [${lower}..${upper}] (${least}..${most})`
}

function printNumber(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Rows as aligned columns, the first one to the left. */
export function printColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
  return rows.map((row) => `  ${line(row)}`).join('\n')
}
