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

/** Phases of a run. A request counts for the phase in which it ends. */
export type PhaseName = 'start' | 'self-test' | 'baseline' | 'rollout' | 'drain' | 'cool-down'

/** One phase with its times; with several restarts `rollout` and `drain` occur several times. */
export interface PhaseRecord {
  readonly name: PhaseName
  readonly startedAt: Instant
  readonly endedAt: Instant
}

/** A lane with its figures by phase. */
export interface PhasedLane extends LaneDocument {
  /** A request counts for the phase in which it ends; phases without one are absent. */
  readonly phases: Readonly<Partial<Record<PhaseName, LaneFigures>>>
}

/** A load in figures, by lane and phase. */
export interface PhasedLoad extends LoadDocument {
  readonly lanes: readonly PhasedLane[]
}

/**
 * Joins the records of the generators with the phases of the run by wall time. The phases must be in order.
 */
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

/** The windows cover all time, so that every request is in one. */
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
