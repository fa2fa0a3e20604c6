import { type RunningLoad, startLoad } from '../../src/load/engine.ts'
import { generatorDoubts } from '../../src/load/generator-doubts.ts'
import { toLoadDocument } from '../../src/load/load-document.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { LaneName, Target } from '../../src/load/sample.ts'

/** What is sent, and where. */
export interface LoadPlan {
  readonly target: Target
  readonly lanes: readonly LaneName[]
  /** Requests per second of each lane. */
  readonly rate: number
  readonly timeoutMs: number
}

/** What became of the requests of one lane. */
export interface LaneResult {
  readonly lane: LaneName
  readonly requests: number
  readonly failed: number
  /** How many failed with each code; those that are not listed any more are missing. */
  readonly codes: Readonly<Record<string, number>>
  /** Longest time to an answer, in milliseconds. */
  readonly longestMs: number
}

/** What a load has to say at its end. */
export interface LoadResult {
  readonly lanes: readonly LaneResult[]
  /** Why the figures prove less than they seem to, one sentence each. */
  readonly doubts: readonly string[]
}

/** A stall of the generator of this length could have hidden a gap. Milliseconds. */
const STALL_MS = 100

/** Starts lastcall's own load engine in this process, which does nothing else meanwhile. */
export function sendLoad({ target, lanes, rate, timeoutMs }: LoadPlan): RunningLoad {
  // A WebSocket has messages instead of requests.
  const requests = lanes.filter((lane) => lane !== 'websocket').map((lane) => [lane, [getOf('/')]] as const)
  return startLoad(
    { ...defaultLoad, lanes, ratePerSecond: rate, timeoutMs, requests: Object.fromEntries(requests) },
    { pickTarget: () => target },
  )
}

/** Number of requests so far. */
export function requestsOf(load: RunningLoad): number {
  return load.totals().reduce((sum, { requests }) => sum + requests, 0)
}

/** Sends nothing more, waits for the answers, and sums up. */
export async function finish(load: RunningLoad): Promise<LoadResult> {
  await load.stop()
  const document = toLoadDocument(load.record())
  const beganAtMs = Date.parse(document.startedAt)
  return {
    lanes: document.lanes.map(({ lane, requests, failed, maxMs }) => ({
      lane,
      requests,
      failed,
      codes: codesOf(document.failures.filter((sample) => sample.lane === lane)),
      longestMs: maxMs,
    })),
    doubts: generatorDoubts(document, { windowMs: STALL_MS, beganAtMs, covers: () => true }),
  }
}

/** The results of several loads, by lane. */
export function sumLanes(results: readonly LoadResult[]): readonly LaneResult[] {
  const byLane = Map.groupBy(
    results.flatMap(({ lanes }) => lanes),
    ({ lane }) => lane,
  )
  return [...byLane].map(([lane, parts]) => ({
    lane,
    requests: parts.reduce((sum, { requests }) => sum + requests, 0),
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
    codes: sumCodes(parts.map(({ codes }) => codes)),
    longestMs: parts.reduce((longest, { longestMs }) => Math.max(longest, longestMs), 0),
  }))
}

/** Adds counts by their names. */
export function sumCodes(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const codes of all) {
    for (const [code, count] of Object.entries(codes)) sums[code] = (sums[code] ?? 0) + count
  }
  return sums
}

function codesOf(
  failures: readonly { readonly error?: { readonly code: string } }[],
): Readonly<Record<string, number>> {
  return sumCodes(failures.map(({ error }) => ({ [error?.code ?? 'none']: 1 })))
}
