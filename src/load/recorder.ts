import type { LaneRecord } from './load-record.ts'
import { endedAtMs, isOwnFailure, type LaneName, type Sample } from './sample.ts'
import { addCounts, noteSuccess, slotAt } from './slot.ts'
import { createSlotStore, type SlotStore } from './slot-store.ts'

/**
 * How a sample counts. `own`: the generator caused the failure. `raced`: no server could have prevented it.
 */
type Ending = 'ok' | 'failed' | 'own' | 'raced'

/** Totals of a lane for a live display. */
export interface LaneTotals {
  readonly lane: LaneName
  readonly requests: number
  readonly failed: number
}

/** Counts samples by lane and wall time, with bounded memory for successes. */
export interface Recorder {
  /** Counts a sample in the slot in which it ended. */
  add(sample: Sample): Ending
  /** Turns a recorded success into a failure, in the slot in which it ended. Its latency stays. */
  revoke(sample: Sample): void
  /** Adds to the counts of a lane in the current slot. */
  count(lane: LaneName, counts: Readonly<Record<string, number>>): void
  /** Counts planned requests that are never sent. */
  skip(lane: LaneName, count: number): void
  /** Cheap, however long the run is. */
  totals(): readonly LaneTotals[]
  /** A copy of everything that was not taken. */
  records(): readonly LaneRecord[]
  /** Returns and forgets the counts since the last call; the totals stay. */
  take(): readonly LaneRecord[]
}

interface OpenLane {
  lastMs: number
  skipped: number
  requests: number
  failed: number
  readonly slots: SlotStore
}

/** Settings of a recorder. */
interface RecorderPlan {
  /** Start of the lanes, in wall-clock milliseconds. */
  readonly startedMs: number
  /** Requests on connections that were idle for longer have a separate count. Milliseconds. */
  readonly idleLimitMs: number
  /** Whether a failed request was lost in a way that no server can prevent. */
  readonly isRaced: (sample: Sample) => boolean
}

/** An empty recorder of these lanes. */
export function createRecorder(
  names: readonly LaneName[],
  { startedMs, idleLimitMs, isRaced }: RecorderPlan,
): Recorder {
  const lanes = new Map(
    names.map((name): [LaneName, OpenLane] => [
      name,
      { lastMs: startedMs, skipped: 0, requests: 0, failed: 0, slots: createSlotStore() },
    ]),
  )
  const laneOf = (name: LaneName): OpenLane => {
    const lane = lanes.get(name)
    if (!lane) throw new Error(`Record a sample: there is no lane '${name}' in this load`)
    return lane
  }
  const records = (): readonly LaneRecord[] =>
    [...lanes].map(([lane, { lastMs, skipped, slots }]) => ({
      lane,
      startedMs,
      lastMs,
      skipped,
      slots: slots.read(),
    }))
  return {
    add(sample) {
      const lane = laneOf(sample.lane)
      const endedMs = endedAtMs(sample)
      const slot = lane.slots.at(slotAt(endedMs))
      lane.lastMs = Math.max(lane.lastMs, endedMs)
      lane.requests++
      slot.requests++
      if ((sample.idleMs ?? 0) > idleLimitMs) slot.afterLongIdle++
      if (sample.counts) addCounts(slot.counts, sample.counts)
      const ending = endingOf(sample, isRaced)
      if (ending === 'failed') lane.failed++
      if (ending === 'ok') noteSuccess(slot, endedMs, sample.endMs)
      else slot[ending]++
      return ending
    },
    revoke(sample) {
      const lane = laneOf(sample.lane)
      lane.failed++
      lane.slots.at(slotAt(endedAtMs(sample))).failed++
    },
    count: (name, counts) => addCounts(laneOf(name).slots.at(slotAt(Date.now())).counts, counts),
    skip(name, count) {
      laneOf(name).skipped += count
    },
    totals: () => [...lanes].map(([lane, { requests, failed }]) => ({ lane, requests, failed })),
    records,
    take() {
      const taken = records()
      for (const lane of lanes.values()) {
        lane.slots.clear()
        lane.skipped = 0
      }
      return taken
    },
  }
}

function endingOf(sample: Sample, isRaced: RecorderPlan['isRaced']): Ending {
  if (sample.ok) return 'ok'
  if (isOwnFailure(sample)) return 'own'
  return isRaced(sample) ? 'raced' : 'failed'
}
