import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import { isIdleRace, isOwnFailure, type LaneName, type Sample } from './sample.ts'

/**
 * Counts of one lane, in one phase or over the whole run. Latencies are of successes, in milliseconds, 0
 * when there was none.
 */
export interface LaneFigures {
  readonly requests: number
  readonly failed: number
  /** Failures that the generator brought about itself; not in `failed`. */
  readonly own: number
  /**
   * Refusals of HTTP/2 streams that were not processed; each of these was sent once more, and is in `failed`
   * only if that failed.
   */
  readonly refused: number
  /**
   * Messages sent again after a WebSocket was closed in good order before their answers; in `failed` only if
   * that failed.
   */
  readonly resent: number
  /** Requests on connections that had been idle for longer than the load's `idleLimitMs`. */
  readonly afterLongIdle: number
  /** Of these, lost to the close of the connection, which no server can prevent; not in `failed`. */
  readonly raced: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Longest time without a success; it belongs to the phase in which it ended. */
  readonly longestGapMs: number
}

/** What a sample counts as. `own`: the generator's doing. `raced`: see {@link isIdleRace}. */
export type Ending = 'ok' | 'failed' | 'own' | 'raced'

/** Collects samples in bounded memory: successes as counts and histograms. */
export interface Tally {
  /**
   * Adds a sample to its lane, under the phase in which it ended: what fails before a rollout cannot be the
   * rollout's doing.
   */
  add(sample: Sample, phase: string): Ending
  /** Starts the clock of a lane's gaps. Monotonic milliseconds. */
  open(lane: LaneName, nowMs: number): void
  lanes(): readonly LaneName[]
  phases(): readonly string[]
  /** Figures of a lane in a phase, or over all phases. */
  figures(lane: LaneName, phase?: string): LaneFigures
}

interface Cell {
  requests: number
  failed: number
  own: number
  refused: number
  resent: number
  afterLongIdle: number
  raced: number
  longestGapMs: number
  readonly latency: RecordableHistogram
}

const noCounts = { requests: 0, failed: 0, own: 0, refused: 0, resent: 0, afterLongIdle: 0, raced: 0 }

/**
 * Histograms count microseconds up to here; two digits are enough for a table and keep one at some tens of
 * kilobytes.
 */
const MAX_LATENCY_US = 600_000_000

/** An empty tally; `idleLimitMs` is the longest pause of a connection after which a loss is the server's. */
export function createTally(idleLimitMs: number): Tally {
  const cells = new Map<string, Cell>()
  const lastSuccessMs = new Map<LaneName, number>()
  const phases: string[] = []
  const cellOf = (lane: LaneName, phase: string): Cell => {
    const key = `${lane} ${phase}`
    const known = cells.get(key)
    if (known) return known
    const latency = createHistogram({ lowest: 1, highest: MAX_LATENCY_US, figures: 2 })
    const cell: Cell = { ...noCounts, longestGapMs: 0, latency }
    cells.set(key, cell)
    return cell
  }
  return {
    add(sample, phase) {
      if (!phases.includes(phase)) phases.push(phase)
      const endedMs = sample.startedAt.monotonicMs + sample.endMs
      const gapMs = endedMs - (lastSuccessMs.get(sample.lane) ?? endedMs)
      if (sample.ok) lastSuccessMs.set(sample.lane, endedMs)
      const ending = endingOf(sample, idleLimitMs)
      const counts = { ending, gapMs, afterLongIdle: (sample.idleMs ?? 0) > idleLimitMs }
      for (const cell of [cellOf(sample.lane, phase), cellOf(sample.lane, '')]) addTo(cell, sample, counts)
      return ending
    },
    open(lane, nowMs) {
      lastSuccessMs.set(lane, nowMs)
    },
    lanes: () => [...lastSuccessMs.keys()],
    phases: () => [...phases],
    figures: (lane, phase = '') => toFigures(cells.get(`${lane} ${phase}`)),
  }
}

function endingOf(sample: Sample, idleLimitMs: number): Ending {
  if (sample.ok) return 'ok'
  if (isOwnFailure(sample)) return 'own'
  return isIdleRace(sample, idleLimitMs) ? 'raced' : 'failed'
}

interface Counts {
  readonly ending: Ending
  readonly gapMs: number
  readonly afterLongIdle: boolean
}

function addTo(cell: Cell, sample: Sample, { ending, gapMs, afterLongIdle }: Counts): void {
  cell.requests++
  cell.refused += sample.refused
  cell.resent += sample.resent
  if (afterLongIdle) cell.afterLongIdle++
  cell.longestGapMs = Math.max(cell.longestGapMs, gapMs)
  if (ending === 'ok')
    cell.latency.record(Math.min(MAX_LATENCY_US, Math.max(1, Math.round(sample.endMs * 1_000))))
  else cell[ending]++
}

function toFigures(cell: Cell | undefined): LaneFigures {
  if (!cell) return { ...noCounts, p50Ms: 0, p99Ms: 0, maxMs: 0, longestGapMs: 0 }
  const { latency, longestGapMs, ...counts } = cell
  const quantileMs = (percentile: number): number => latency.percentile(percentile) / 1_000
  return {
    ...counts,
    p50Ms: quantileMs(50),
    p99Ms: quantileMs(99),
    maxMs: latency.max / 1_000,
    longestGapMs,
  }
}
