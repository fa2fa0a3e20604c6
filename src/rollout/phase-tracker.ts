import { type Instant, readClocks } from '../load/sample.ts'
import type { PhaseName, PhaseRecord } from './phases.ts'
import type { Timeline } from './timeline.ts'

/** Tracks the phases of a run with their times. */
export interface PhaseTracker {
  /** Ends the current phase and begins another, now unless `at` is given. */
  begin(name: PhaseName, at?: Instant): void
  /** Ends the last phase. */
  end(): void
  current(): PhaseName
  /** The completed phases. */
  records(): readonly PhaseRecord[]
}

/** Creates a tracker that records each start of a phase in the timeline. The first phase is `start`. */
export function trackPhases(timeline: Timeline): PhaseTracker {
  const records: PhaseRecord[] = []
  let name: PhaseName = 'start'
  let startedAt = readClocks()
  const end = (endedAt: Instant): void => void records.push({ name, startedAt, endedAt })
  return {
    begin(next, at = readClocks()) {
      // `at` may lie before the start of the current phase. Phases must not overlap.
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
