import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import type { Pair } from '../figures.ts'
import type { Run } from '../machine.ts'
import type { KillResult } from './parts/kills.ts'
import type { ManyResult } from './parts/many-restarts.ts'
import type { OverheadResult } from './parts/overhead.ts'
import type { SideResult } from './parts/side-by-side.ts'

/** Figures, and the run that they come from. */
export interface Measured<T> {
  readonly run: Run
  readonly values: T
}

/** By the id of the peer. */
type OfPeers<T> = Readonly<Record<string, T>>

/** What the tables of restarts in place are rendered from; null where nothing is measured yet. */
export interface RestartResults {
  readonly many: Measured<ManyResult> | null
  readonly peers: Measured<OfPeers<SideResult>> | null
  readonly kills: Measured<OfPeers<KillResult>> | null
  readonly overhead: Measured<OverheadResult> | null
  readonly handOver: Measured<readonly Pair<number>[]> | null
}

/** A part of the measurement. */
export type Part = keyof RestartResults

/** Before the first run. */
export const nothingMeasured: RestartResults = {
  many: null,
  peers: null,
  kills: null,
  overhead: null,
  handOver: null,
}

const file = new URL('results.json', import.meta.url)

/** What is kept in the repository. */
export function readRestartResults(): RestartResults {
  return existsSync(file)
    ? { ...nothingMeasured, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<RestartResults>) }
    : nothingMeasured
}

/** Keeps what was measured, and leaves the rest. */
export async function keepRestartResults(measured: Partial<RestartResults>): Promise<void> {
  const rounded = JSON.stringify({ ...readRestartResults(), ...measured }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(7)) : value,
  )
  writeFileSync(file, await format(rounded, { parser: 'json', printWidth: 110 }))
}
