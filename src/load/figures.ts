import { mergeHistograms, quantileOf } from './histogram.ts'
import type { LaneRecord } from './load-record.ts'
import { addCounts, type Slot, SLOT_MS, slotAt, successTimes } from './slot.ts'

/** Counts of one lane over some time. Latencies are of successes, in milliseconds, 0 when there was none. */
export interface LaneFigures {
  readonly requests: number
  readonly failed: number
  /** Failures that the generator brought about itself; not in `failed`. */
  readonly own: number
  /** Requests on connections that had been idle for longer than the load's `idleLimitMs`. */
  readonly afterLongIdle: number
  /** Of these, lost to the close of the connection, which no server can prevent; not in `failed`. */
  readonly raced: number
  /** What the lane counts besides, by name; a name that is left out means none. */
  readonly counts: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Longest time without a success; it belongs to the time in which it ended. Whole milliseconds. */
  readonly longestGapMs: number
}

/** A part of wall time, its end not included. Milliseconds. */
export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Figures of a lane in some windows of wall time, over the whole record without them. A slot belongs to the
 * window that its last millisecond lies in, so that what a rollout does never counts for the time before.
 */
export function laneFigures(lane: LaneRecord, windows?: readonly TimeWindow[]): LaneFigures {
  const isInside = (at: number): boolean =>
    windows?.some(({ fromMs, toMs }) => fromMs < (at + 1) * SLOT_MS && (at + 1) * SLOT_MS <= toMs) ?? true
  const slots = lane.slots.filter(({ at }) => isInside(at))
  const latencies = mergeHistograms(slots.map((slot) => slot.latencies))
  const sum = (pick: (slot: Slot) => number): number => slots.reduce((total, slot) => total + pick(slot), 0)
  const counts: Record<string, number> = {}
  for (const slot of slots) addCounts(counts, slot.counts)
  const gaps = gapsOf(lane).filter(({ endedMs }) => isInside(slotAt(endedMs)))
  return {
    requests: sum(({ requests }) => requests),
    failed: sum(({ failed }) => failed),
    own: sum(({ own }) => own),
    afterLongIdle: sum(({ afterLongIdle }) => afterLongIdle),
    raced: sum(({ raced }) => raced),
    counts,
    p50Ms: quantileOf(latencies, 0.5) / 1_000,
    p99Ms: quantileOf(latencies, 0.99) / 1_000,
    maxMs: quantileOf(latencies, 1) / 1_000,
    longestGapMs: gaps.reduce((longest, { ms }) => Math.max(longest, ms), 0),
  }
}

interface Gap {
  readonly ms: number
  readonly endedMs: number
}

/** The last one ends with the last request, which has failed if it is longer than nothing. */
function gapsOf({ startedMs, lastMs, slots }: LaneRecord): readonly Gap[] {
  const ends = [...slots.flatMap(successTimes), lastMs]
  return ends.map((endedMs, index) => ({ ms: endedMs - (ends[index - 1] ?? startedMs), endedMs }))
}
