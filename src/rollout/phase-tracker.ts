import { type Instant, readClocks } from '../load/sample.ts'
import type { PhaseName, PhaseRecord } from './phases.ts'
import type { Timeline } from './timeline.ts'

/** Keeps the phases of a run with their times. */
export interface PhaseTracker {
  /** Ends the phase that is under way and begins another, now unless `at` says when. */
  begin(name: PhaseName, at?: Instant): void
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
  const end = (endedAt: Instant): void => void records.push({ name, startedAt, endedAt })
  return {
    begin(next, at = readClocks()) {
      // What has happened was seen a little later, in this phase and not in the last one.
      const beginsAt = at.monotonicMs < startedAt.monotonicMs ? startedAt : at
      if (next !== 'start') end(beginsAt)
      name = next
      startedAt = timeline.record('phase-started', { detail: next, at: beginsAt })
    },
    end: () => end(readClocks()),
    current: () => name,
    records: () => records,
  }
}
