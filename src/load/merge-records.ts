import { mergeChanges } from './lane-changes.ts'
import { type LaneRecord, type LoadRecord, MAX_LISTED_FAILURES } from './load-record.ts'
import { byEnd, type LaneName } from './sample.ts'
import { mergeOperations } from './sent-operations.ts'
import { mergeSlots } from './slot.ts'
import { type LoopDelays, keepLongest } from './stall-watch.ts'

/**
 * Merges the records of several generators. They must have sent the same load, and their wall clocks must
 * agree closely enough for the figures. The result keeps the worst event-loop delays.
 */
export function mergeRecords(records: readonly [LoadRecord, ...LoadRecord[]]): LoadRecord {
  const [first] = records
  const failures = records.flatMap((record) => record.failures).toSorted(byEnd)
  const listed = failures.slice(0, MAX_LISTED_FAILURES)
  const notListed = records.reduce((sum, record) => sum + record.failuresNotListed, 0)
  const lanes = Map.groupBy(
    records.flatMap((record) => record.lanes),
    ({ lane }) => lane,
  )
  return {
    startedAt: records.reduce(
      (least, { startedAt }) => (startedAt < least ? startedAt : least),
      first.startedAt,
    ),
    endedAt: records.reduce((most, { endedAt }) => (endedAt > most ? endedAt : most), first.endedAt),
    generators: records.reduce((sum, { generators }) => sum + generators, 0),
    ...mergeClockErrors(records),
    lanes: [...lanes].map(([lane, same]) => mergeLanes(lane, same)),
    ...mergeChanges(records),
    ...mergeOperations(records),
    idleLimitMs: first.idleLimitMs,
    failures: listed,
    failuresNotListed: notListed + failures.length - listed.length,
    health: mergeDelays(records.map(({ health }) => health)),
  }
}

function mergeClockErrors(records: readonly LoadRecord[]): Pick<LoadRecord, 'clockErrorMs'> {
  const errors = records.flatMap(({ clockErrorMs }) => clockErrorMs ?? [])
  return errors.length === 0 ? {} : { clockErrorMs: errors.reduce((most, ms) => Math.max(most, ms), 0) }
}

function mergeLanes(lane: LaneName, lanes: readonly LaneRecord[]): LaneRecord {
  const slots = Map.groupBy(
    lanes.flatMap((one) => one.slots),
    ({ at }) => at,
  )
  return {
    lane,
    startedMs: lanes.reduce((least, { startedMs }) => Math.min(least, startedMs), Infinity),
    lastMs: lanes.reduce((most, { lastMs }) => Math.max(most, lastMs), 0),
    skipped: lanes.reduce((sum, { skipped }) => sum + skipped, 0),
    slots: [...slots].toSorted(([one], [other]) => one - other).map(([at, same]) => mergeSlots(at, same)),
  }
}

function mergeDelays(delays: readonly LoopDelays[]): LoopDelays {
  const worst = (pick: (of: LoopDelays) => number): number =>
    delays.reduce((most, one) => Math.max(most, pick(one)), 0)
  const stalls = delays
    .flatMap((one) => one.stalls)
    .toSorted((one, other) => one.at.wallMs - other.at.wallMs || one.ms - other.ms)
  return {
    loopDelayP50Ms: worst(({ loopDelayP50Ms }) => loopDelayP50Ms),
    loopDelayP99Ms: worst(({ loopDelayP99Ms }) => loopDelayP99Ms),
    loopDelayMaxMs: worst(({ loopDelayMaxMs }) => loopDelayMaxMs),
    stalls: keepLongest(stalls),
  }
}
