import { readClocks } from '../load/sample.ts'
import type { PhaseName, PhaseRecord } from './phases.ts'
import type { Timeline } from './timeline.ts'

/** Keeps the phases of a run with their times. */
export interface PhaseTracker {
  /** Ends the phase that is under way and begins another. */
  begin(name: PhaseName): void
  /** Ends the last phase. */
  end(): void
  current(): PhaseName
  /** The phases that have ended. */
  records(): readonly PhaseRecord[]
}

/** A tracker that writes each beginning into the timeline; the first phase is `start`. */
export function trackPhases(timeline: Timeline): PhaseTracker {
  const records: PhaseRecord[] = []
  let name: PhaseName = 'start'
  let startedAt = readClocks()
  const end = (): void => {
    records.push({ name, startedAt, endedAt: readClocks() })
  }
  return {
    begin(next) {
      if (next !== 'start') end()
      name = next
      startedAt = timeline.record('phase-started', { detail: next })
    },
    end,
    current: () => name,
    records: () => records,
  }
}
