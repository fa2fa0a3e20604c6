import { countValue, type Histogram, mergeHistograms } from './histogram.ts'

/** How much wall time one {@link Slot} covers. A phase can begin and end only between two slots. */
export const SLOT_MS = 100

/**
 * What ended within one slot of wall time. Two slots of the same time can be added up, also those of
 * two generators, and nothing is lost by that.
 */
export interface Slot {
  /** Wall-clock milliseconds divided by {@link SLOT_MS}. */
  readonly at: number
  readonly requests: number
  readonly failed: number
  readonly own: number
  readonly raced: number
  readonly afterLongIdle: number
  /** What the lane counts besides, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** One bit for each millisecond of the slot in which a request succeeded, 25 to a number. */
  readonly okMs: readonly number[]
  /** Latencies of successes in microseconds. */
  readonly latencies: Histogram
}

/** A slot that is still counted in. */
export interface OpenSlot extends Slot {
  requests: number
  failed: number
  own: number
  raced: number
  afterLongIdle: number
  readonly counts: Record<string, number>
  readonly okMs: number[]
  readonly latencies: number[]
}

const BITS = 25

/** The slot of a moment. */
export function slotAt(wallMs: number): number {
  return Math.floor(wallMs / SLOT_MS)
}

/** A slot without requests. */
export function openSlot(at: number): OpenSlot {
  const noBits = Array.from({ length: SLOT_MS / BITS }, () => 0)
  const none = { requests: 0, failed: 0, own: 0, raced: 0, afterLongIdle: 0 }
  return { at, ...none, counts: {}, okMs: noBits, latencies: [] }
}

/** A slot that does not change any more. */
export function copyOf(slot: Slot): Slot {
  return {
    ...slot,
    counts: { ...slot.counts },
    okMs: slot.okMs.slice(),
    latencies: slot.latencies.slice(),
  }
}

/** Notes a success that ended at this moment, in whole wall-clock milliseconds. */
export function noteSuccess(slot: OpenSlot, wallMs: number, latencyMs: number): void {
  const ms = wallMs - slot.at * SLOT_MS
  const part = Math.floor(ms / BITS)
  slot.okMs[part] = (slot.okMs[part] ?? 0) | (1 << (ms % BITS))
  countValue(slot.latencies, Math.max(1, latencyMs * 1_000))
}

/** Adds to the counts of a lane. */
export function addCounts(counts: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count
}

/** Slots of the same time as one. */
export function mergeSlots(at: number, slots: readonly Slot[]): Slot {
  const merged = openSlot(at)
  for (const slot of slots) {
    merged.requests += slot.requests
    merged.failed += slot.failed
    merged.own += slot.own
    merged.raced += slot.raced
    merged.afterLongIdle += slot.afterLongIdle
    addCounts(merged.counts, slot.counts)
    for (const [part, bits] of slot.okMs.entries()) merged.okMs[part] = (merged.okMs[part] ?? 0) | bits
  }
  return { ...merged, latencies: mergeHistograms(slots.map(({ latencies }) => latencies)) }
}

/** Wall-clock milliseconds of the successes, each millisecond once, in their order. */
export function successTimes({ at, okMs }: Slot): readonly number[] {
  const times: number[] = []
  for (const [part, bits] of okMs.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      times.push(at * SLOT_MS + part * BITS + (31 - Math.clz32(rest & -rest)))
    }
  }
  return times
}
