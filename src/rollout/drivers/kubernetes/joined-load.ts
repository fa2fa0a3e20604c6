import type { LoadRecord } from '../../../load/load-record.ts'
import { mergeRecords } from '../../../load/merge-records.ts'
import type { LaneTotals } from '../../../load/recorder.ts'
import type { LoadSum } from './load-sum.ts'

/** One of several generators of a load. */
export interface JoinedGenerator {
  /** Counted from 1. */
  readonly number: number
  readonly load: Pick<LoadSum, 'totals' | 'record'>
}

/** Combines the loads of all generators. `clockErrorMs` is the possible clock error between two of them. */
export function joinLoads(
  generators: readonly JoinedGenerator[],
  clockErrorMs: () => number,
): Pick<LoadSum, 'totals' | 'record'> {
  const [only] = generators
  if (only && generators.length === 1) return only.load
  return {
    totals() {
      const lanes = Map.groupBy(
        generators.flatMap(({ load }) => load.totals()),
        ({ lane }) => lane,
      )
      return [...lanes].map(([lane, parts]) => addTotals(lane, parts))
    },
    record() {
      const [first, ...others] = generators.flatMap(({ number, load }) => {
        const record = load.record()
        return record ? [withNumber(record, number)] : []
      })
      return first && { ...mergeRecords([first, ...others]), clockErrorMs: clockErrorMs() }
    },
  }
}

function addTotals(lane: string, parts: readonly LaneTotals[]): LaneTotals {
  return {
    lane,
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

/** Marks stalls with their generator, because the other generators went on. */
function withNumber(record: LoadRecord, generator: number): LoadRecord {
  const stalls = record.health.stalls.map((stall) => ({ ...stall, generator }))
  return { ...record, health: { ...record.health, stalls } }
}
