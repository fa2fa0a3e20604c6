import { mergeHistograms, quantileOf } from './histogram.ts'
import type { LaneRecord } from './load-record.ts'
import { addCounts, type Slot, SLOT_MS, slotAt, successTimes } from './slot.ts'

/** Counts of one lane over a period. Latencies are those of successes, in milliseconds; 0 without any. */
export interface LaneFigures {
  readonly requests: number
  readonly failed: number
  /** Failures that the generator caused itself; `failed` does not include them. */
  readonly own: number
  /** Requests on connections that had been idle for longer than the `idleLimitMs` of the load. */
  readonly afterLongIdle: number
  /**
   * Requests after a long idle time that the close of the connection lost. No server can prevent that, so
   * `failed` does not include them.
   */
  readonly raced: number
  /** Further counts of the lane, by name; an absent name means zero. */
  readonly counts: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Longest time without a success, in whole milliseconds. It belongs to the period in which it ended. */
  readonly longestGapMs: number
}

/** A period of wall time, without its end. Milliseconds. */
export interface TimeWindow {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Figures of a lane in some windows of wall time, or over the whole record. A slot belongs to the window that
 * contains its last millisecond, so that effects of a rollout never count for the time before it.
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

/** The last gap ends with the last request. If it is longer than zero, that request failed. */
function gapsOf({ startedMs, lastMs, slots }: LaneRecord): readonly Gap[] {
  const ends = [...slots.flatMap(successTimes), lastMs]
  return ends.map((endedMs, index) => ({ ms: endedMs - (ends[index - 1] ?? startedMs), endedMs }))
}
