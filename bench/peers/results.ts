/** All runs of one situation with one package. */
export interface Cell {
  /** How often each outcome was seen. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Milliseconds from the signal to the exit: the median of the runs that ended; null when none did. */
  readonly ms: number | null
}

/** What a package brings along. */
export interface Footprint {
  /** Null for bare Node. */
  readonly version: string | null
  /** Bytes of the files that installing it adds, those of its dependencies included. */
  readonly bytes: number
  /** Packages that installing it adds. */
  readonly packages: number
  /** Lines of its adapter, imports included. */
  readonly lines: number
}

/** One whole run of `npm run bench:peers`: what docs/comparison.md is rendered from. */
export interface Results {
  readonly node: string
  readonly platform: string
  /** Day of the run, as YYYY-MM-DD. */
  readonly date: string
  readonly fastify: string
  /** By column. */
  readonly footprints: Readonly<Record<string, Footprint>>
  /** By scenario, then by column. */
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>
}

/** How bad an outcome is; from {@link LOSS} on somebody lost something. */
const LOSS = 2
const HANG = 3

function badness(outcome: string): number {
  const words = outcome.split(', ')
  if (words.includes('hang')) return HANG
  const lost = ['reset', 'lost', 'cut', '1006', 'no clean-up'].some((word) => words.includes(word))
  if (lost || partOf(outcome) < 1) return LOSS
  return words.some((word) => /^exit [1-9]|^dies/.test(word)) ? 1 : 0
}

/** The share of `13/20`; 1 for words. */
function partOf(outcome: string): number {
  const [, served, of] = /^(\d+)\/(\d+)/.exec(outcome) ?? []
  return served === undefined ? 1 : Number(served) / Number(of)
}

/** Whether somebody lost something, or waits for ever. */
export function isLoss(outcome: string): boolean {
  return badness(outcome) >= LOSS
}

/**
 * The worst outcome of a cell, in how many runs it was seen (for a loss: it or one as bad), and of how many.
 */
export function worstOf({ outcomes }: Cell): { outcome: string; count: number; runs: number } {
  const seen = Object.entries(outcomes).toSorted(
    ([one, often], [other, oftener]) =>
      badness(other) - badness(one) || partOf(one) - partOf(other) || oftener - often,
  )
  const [outcome, own] = seen[0] ?? ['-', 0]
  const asBad = seen.filter(
    ([other]) => badness(other) === badness(outcome) && partOf(other) === partOf(outcome),
  )
  const count = isLoss(outcome) ? sum(asBad.map(([, times]) => times)) : own
  return { outcome, count, runs: sum(Object.values(outcomes)) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** One cell of several runs. */
export function cellOf(runs: readonly { readonly outcome: string; readonly ms: number | null }[]): Cell {
  const outcomes: Record<string, number> = {}
  for (const { outcome } of runs) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const times = runs.flatMap(({ ms }) => ms ?? []).toSorted((a, b) => a - b)
  return { outcomes, ms: times[Math.floor(times.length / 2)] ?? null }
}
