import { type LaneFigures, laneFigures, type TimeWindow } from '../load/figures.ts'
import {
  type LaneDocument,
  type LoadDocument,
  toLaneDocument,
  toLoadDocument,
} from '../load/load-document.ts'
import type { LaneRecord, LoadRecord } from '../load/load-record.ts'
import { mergeRecords } from '../load/merge-records.ts'
import type { Instant } from '../load/sample.ts'

/** Parts of a run. Requests count under the one in which they end. */
export type PhaseName = 'start' | 'self-test' | 'baseline' | 'rollout' | 'drain' | 'cool-down'

/** One phase as it happened; with several restarts `rollout` and `drain` come several times. */
export interface PhaseRecord {
  readonly name: PhaseName
  readonly startedAt: Instant
  readonly endedAt: Instant
}

/** A lane with the same figures by phase. */
export interface PhasedLane extends LaneDocument {
  /** Requests count under the phase in which they end; phases in which none did are left out. */
  readonly phases: Readonly<Partial<Record<PhaseName, LaneFigures>>>
}

/** A load in figures, by lane and phase. */
export interface PhasedLoad extends LoadDocument {
  readonly lanes: readonly PhasedLane[]
}

/** Joins what the generators recorded with the phases of the run, by wall time. Phases are in their order. */
export function joinPhases(
  records: readonly [LoadRecord, ...LoadRecord[]],
  phases: readonly PhaseRecord[],
): PhasedLoad {
  const record = mergeRecords(records)
  const windows = windowsOf(phases)
  const lanes = record.lanes.map((lane) => ({ ...toLaneDocument(lane), phases: figuresOf(lane, windows) }))
  return { ...toLoadDocument(record), lanes }
}

type PhaseWindow = TimeWindow & { readonly name: PhaseName }

/** They cover all of time, so that no request is in none. */
function windowsOf(phases: readonly PhaseRecord[]): readonly PhaseWindow[] {
  return phases.map(({ name, startedAt }, index) => ({
    name,
    fromMs: index === 0 ? -Infinity : startedAt.wallMs,
    toMs: phases[index + 1]?.startedAt.wallMs ?? Infinity,
  }))
}

function figuresOf(lane: LaneRecord, windows: readonly PhaseWindow[]): PhasedLane['phases'] {
  const byName = [...Map.groupBy(windows, ({ name }) => name)]
  return Object.fromEntries(
    byName.flatMap(([name, its]) => {
      const figures = laneFigures(lane, its)
      return figures.requests > 0 ? [[name, figures]] : []
    }),
  )
}
