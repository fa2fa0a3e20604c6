import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import type { Pair } from './figures.ts'
import type { Run } from './machine.ts'

/** What one generation of server processes gave. */
export interface Generation {
  readonly pairs: number
  /** Microseconds of CPU for each request, without lastcall. */
  readonly bare: number
  readonly lastcall: number
  /** CPU time over time: near 1 the servers were the limit, far below it their client was. */
  readonly busy: number
}

/** A figure, and the run it comes from. */
export interface Measured<T> {
  readonly run: Run
  readonly values: readonly T[]
}

/** What docs/benchmarks.md is rendered from. A run replaces what it has measured and leaves the rest. */
export interface Results {
  /** By the name of the kind of server. */
  readonly throughput: Readonly<Record<string, Measured<Generation>>>
  /** Milliseconds to the exit, by the name of the row. */
  readonly exit: Readonly<Record<string, Measured<Pair<number>>>>
  /** Bytes of heap for each idle connection, by the name of the row. */
  readonly heap: Readonly<Record<string, Measured<Pair<number>>>>
}

/** A table of the results. */
export type Part = keyof Results

const file = new URL('results.json', import.meta.url)

/** What is kept in the repository; nothing before the first run. */
export function readResults(): Results {
  const none: Results = { throughput: {}, exit: {}, heap: {} }
  return existsSync(file)
    ? { ...none, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Results>) }
    : none
}

/** Keeps one figure at once, so that a run that breaks off has not been for nothing. */
export async function keepFigure<P extends Part>(
  part: P,
  name: string,
  measured: Results[P][string],
): Promise<void> {
  const kept = readResults()
  const results = { ...kept, [part]: { ...kept[part], [name]: measured } }
  const rounded = JSON.stringify(results, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(7)) : value,
  )
  writeFileSync(file, await format(rounded, { parser: 'json', printWidth: 110 }))
}
