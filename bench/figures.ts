/** Middle and ends of a series. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** The two sides of a comparison. */
export type Variant = 'bare' | 'lastcall'

/** What one pair of rounds gave. */
export type Pair<T> = Readonly<Record<Variant, T>>

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
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
  const text = (value: number): string =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${text(median)} (${text(min)}..${text(max)})`
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
