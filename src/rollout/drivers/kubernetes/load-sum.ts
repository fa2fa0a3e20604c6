import { mergeChanges, noChanges } from '../../../load/lane-changes.ts'
import { type LaneRecord, type LoadRecord, MAX_LISTED_FAILURES } from '../../../load/load-record.ts'
import type { LaneTotals } from '../../../load/recorder.ts'
import type { Instant, LaneName, Sample } from '../../../load/sample.ts'
import { mergeSlots, type Slot, SLOT_MS } from '../../../load/slot.ts'
import { keepLongest, type Stall } from '../../../load/stall-watch.ts'
import type { ClockBridge } from './clock-bridge.ts'

/** Sums the parts of the load that an agent has reported. */
export interface LoadSum {
  add(part: LoadRecord): void
  totals(): readonly LaneTotals[]
  /** The sum so far, in times of this machine's clock; undefined before the first part. */
  record(): LoadRecord | undefined
}

interface LaneSum {
  readonly slots: Map<number, Slot>
  requests: number
  failed: number
  skipped: number
  startedMs: number
  lastMs: number
}

/** Creates an empty sum. */
export function createLoadSum(clock: ClockBridge): LoadSum {
  const lanes = new Map<LaneName, LaneSum>()
  const failures: Sample[] = []
  let stalls: readonly Stall[] = []
  let changes = noChanges
  let failuresNotListed = 0
  let last: LoadRecord | undefined
  return {
    add(part) {
      for (const lane of part.lanes) addLane(lanes, lane)
      for (const sample of part.failures) failures.push(sample)
      failuresNotListed += part.failuresNotListed
      stalls = keepLongest([...stalls, ...part.health.stalls])
      changes = mergeChanges([changes, part])
      last = part
    },
    totals: () => [...lanes].map(([lane, { requests, failed }]) => ({ lane, requests, failed })),
    record() {
      if (!last) return undefined
      const aheadMs = clock.aheadMs()
      const listed = failures.slice(0, MAX_LISTED_FAILURES)
      return {
        ...last,
        ...changes,
        startedAt: shiftText(last.startedAt, aheadMs),
        endedAt: shiftText(last.endedAt, aheadMs),
        lanes: [...lanes].map(([lane, sum]) => toLaneRecord(lane, sum, aheadMs)),
        failures: listed.map((sample) => shiftSample(sample, clock)),
        failuresNotListed: failuresNotListed + failures.length - listed.length,
        health: { ...last.health, stalls: stalls.map(({ at, ms }) => ({ at: shift(at, clock), ms })) },
      }
    },
  }
}

function addLane(lanes: Map<LaneName, LaneSum>, part: LaneRecord): void {
  const nothing = { requests: 0, failed: 0, skipped: 0, startedMs: part.startedMs, lastMs: 0 }
  const sum = lanes.get(part.lane) ?? { slots: new Map<number, Slot>(), ...nothing }
  lanes.set(part.lane, sum)
  sum.skipped += part.skipped
  sum.lastMs = Math.max(sum.lastMs, part.lastMs)
  for (const slot of part.slots) {
    const known = sum.slots.get(slot.at)
    sum.slots.set(slot.at, known ? mergeSlots(slot.at, [known, slot]) : slot)
    sum.requests += slot.requests
    sum.failed += slot.failed
  }
}

/** Slots lie on a grid, so the clock difference is rounded to whole slots. */
function toLaneRecord(lane: LaneName, sum: LaneSum, aheadMs: number): LaneRecord {
  const slotsAhead = Math.round(aheadMs / SLOT_MS)
  const ms = slotsAhead * SLOT_MS
  return {
    lane,
    startedMs: sum.startedMs - ms,
    lastMs: sum.lastMs - ms,
    skipped: sum.skipped,
    slots: [...sum.slots.values()]
      .map((slot) => ({ ...slot, at: slot.at - slotsAhead }))
      .toSorted((one, other) => one.at - other.at),
  }
}

function shiftText(iso: string, aheadMs: number): string {
  return new Date(Date.parse(iso) - aheadMs).toISOString()
}

/** Monotonic clocks of two machines are unrelated, so the wall clock decides. */
function shift({ wallMs }: Instant, clock: ClockBridge): Instant {
  return clock.toHere(wallMs)
}

function shiftSample(sample: Sample, clock: ClockBridge): Sample {
  return {
    ...sample,
    scheduledAt: shift(sample.scheduledAt, clock),
    startedAt: shift(sample.startedAt, clock),
  }
}
