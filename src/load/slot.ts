import { countValue, type Histogram, mergeHistograms } from './histogram.ts'

/** Duration of a {@link Slot} in wall time. A phase can begin and end only between two slots. */
export const SLOT_MS = 100

/**
 * Counts of the requests that ended within one slot of wall time. Adding up slots of the same time, also from
 * several generators, loses nothing.
 */
export interface Slot {
  /** Wall-clock milliseconds divided by {@link SLOT_MS}. */
  readonly at: number
  readonly requests: number
  readonly failed: number
  readonly own: number
  readonly raced: number
  readonly afterLongIdle: number
  /** Further counts of the lane, by name. */
  readonly counts: Readonly<Record<string, number>>
  /** One bit for each millisecond of the slot in which a request succeeded, 25 bits per number. */
  readonly okMs: readonly number[]
  /** Latencies of successes in microseconds. */
  readonly latencies: Histogram
}

/** A slot that can still change. */
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

/** The slot that contains a point in time. */
export function slotAt(wallMs: number): number {
  return Math.floor(wallMs / SLOT_MS)
}

/** A slot without requests. */
export function openSlot(at: number): OpenSlot {
  const noBits = Array.from({ length: SLOT_MS / BITS }, () => 0)
  const none = { requests: 0, failed: 0, own: 0, raced: 0, afterLongIdle: 0 }
  return { at, ...none, counts: {}, okMs: noBits, latencies: [] }
}

/** An immutable copy of a slot. */
export function copyOf(slot: Slot): Slot {
  return {
    ...slot,
    counts: { ...slot.counts },
    okMs: slot.okMs.slice(),
    latencies: slot.latencies.slice(),
  }
}

/** Records a success that ended at this time, in whole wall-clock milliseconds. */
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

/** Merges slots of the same time. */
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

/** Wall-clock milliseconds of the successes, each millisecond once, in time order. */
export function successTimes({ at, okMs }: Slot): readonly number[] {
  const times: number[] = []
  for (const [part, bits] of okMs.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) {
      times.push(at * SLOT_MS + part * BITS + (31 - Math.clz32(rest & -rest)))
    }
  }
  return times
}
