import { createFailureList } from '../../src/load/failure-list.ts'
import { type LaneFigures, laneFigures, type TimeWindow } from '../../src/load/figures.ts'
import { noChanges } from '../../src/load/lane-changes.ts'
import { laneNamed } from '../../src/load/lanes/index.ts'
import type { LoadRecord } from '../../src/load/load-record.ts'
import { createRecorder } from '../../src/load/recorder.ts'
import type { LaneName, Sample } from '../../src/load/sample.ts'

/** An idle limit for tests. Milliseconds. */
export const idleLimitMs = 2_000

/** As the engine asks the lanes. */
export function isRaced(sample: Sample): boolean {
  return laneNamed(sample.lane).isRaced?.(sample, idleLimitMs) ?? false
}

/** What one generator, whose lanes began at 0, records of these samples. */
export function recordOf(
  samples: readonly Sample[],
  lanes: readonly LaneName[],
  changes: Partial<LoadRecord> = {},
): LoadRecord {
  const recorder = createRecorder(lanes, { startedMs: 0, idleLimitMs, isRaced })
  const failures = createFailureList()
  for (const sample of samples) if (recorder.add(sample) === 'failed') failures.add(sample)
  return {
    startedAt: new Date(0).toISOString(),
    endedAt: new Date(60_000).toISOString(),
    generators: 1,
    lanes: recorder.records(),
    ...noChanges,
    idleLimitMs,
    failures: failures.listed,
    failuresNotListed: failures.notListed,
    health: { loopDelayP50Ms: 1, loopDelayP99Ms: 2, loopDelayMaxMs: 3, stalls: [] },
    ...changes,
  }
}

/** Figures of the lane of the first sample. */
export function figuresOf(samples: readonly Sample[], windows?: readonly TimeWindow[]): LaneFigures {
  const [lane] = recordOf(samples, [samples[0]!.lane]).lanes
  return laneFigures(lane!, windows)
}
