import { noChanges } from '../load/lane-changes.ts'
import type { LoadOptions } from '../load/load-options.ts'
import type { LoadRecord } from '../load/load-record.ts'

/** The load of a run that ended before it could send a request. */
export function nothingSent(
  { startedAt, endedAt }: Pick<LoadRecord, 'startedAt' | 'endedAt'>,
  { idleLimitMs }: LoadOptions,
): LoadRecord {
  return {
    startedAt,
    endedAt,
    generators: 1,
    lanes: [],
    ...noChanges,
    idleLimitMs,
    failures: [],
    failuresNotListed: 0,
    health: { loopDelayP50Ms: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0, stalls: [] },
  }
}
