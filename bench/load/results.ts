import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import type { Run } from '../machine.ts'
import type { Blocks } from './generators.ts'
import type { Footprint } from './memory.ts'

/** What the tables of the load engine are rendered from; null where nothing is measured yet. */
export interface LoadResults {
  readonly speed: { readonly run: Run; readonly blocks: Blocks } | null
  readonly memory: { readonly run: Run; readonly footprint: Footprint } | null
}

const file = new URL('results.json', import.meta.url)

/** What is kept in the repository. */
export function readLoadResults(): LoadResults {
  const none: LoadResults = { speed: null, memory: null }
  return existsSync(file) ? { ...none, ...(JSON.parse(readFileSync(file, 'utf8')) as LoadResults) } : none
}

/** Keeps what was measured, and leaves the rest. */
export async function keepLoadResults(measured: Partial<LoadResults>): Promise<void> {
  const rounded = JSON.stringify({ ...readLoadResults(), ...measured }, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(7)) : value,
  )
  writeFileSync(file, await format(rounded, { parser: 'json', printWidth: 110 }))
}
