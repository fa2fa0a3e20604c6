import { createRecorder } from '../../src/load/recorder.ts'
import type { Sample } from '../../src/load/sample.ts'
import { Child } from '../child.ts'

/** What a million requests leave behind, in bytes. */
export interface Footprint {
  /** By how much the resident set of a generator grows that keeps everything until its end. */
  readonly rssBytes: number
  /** The parts that an agent writes into its log, one a second. */
  readonly logBytes: number
}

/** Four lanes with 210 requests per second each: more than a rollout of three pods sends without flags. */
const LANES = ['new-connections', 'keep-alive', 'think-time', 'slow'] as const
const RATE = 210
/** How often the agent says what it has counted. Milliseconds. */
const PART_MS = 1_000
/** After so many a generator has its compiled code, and its heap the room it works in. */
const WARM_UP = 100_000
const plan = { startedMs: 0, idleLimitMs: 2_000, isRaced: () => false }

/**
 * Records so many requests, at the rate of a run without flags and on a clock of their own: a million take
 * twenty minutes there.
 */
export async function measureFootprint(requests: number): Promise<Footprint> {
  const child = new Child('load/recorder.ts', { nodeFlags: ['--expose-gc'] })
  try {
    return await child.ask('footprint', requests)
  } finally {
    await child.end()
  }
}

/** Records the requests in this process; `gc` collects its garbage. */
export function recordMany(requests: number, gc: () => void): Footprint {
  logOf(WARM_UP)
  gc()
  const before = process.memoryUsage.rss()
  const rssBytes = keepAll(requests) - before
  gc()
  return { rssBytes, logBytes: logOf(requests) }
}

/** What `lastcall load` does, which reads everything at its end. The largest resident set. */
function keepAll(requests: number): number {
  const recorder = createRecorder(LANES, plan)
  let highest = 0
  for (let nth = 0; nth < requests; nth++) {
    recorder.add(sampleOf(nth))
    if (nth % WARM_UP === 0) highest = Math.max(highest, process.memoryUsage.rss())
  }
  const records = recorder.records()
  return records.length === LANES.length ? Math.max(highest, process.memoryUsage.rss()) : NaN
}

/** What the agent does. Bytes of its log. */
function logOf(requests: number): number {
  const recorder = createRecorder(LANES, plan)
  let bytes = 0
  let partMs = PART_MS
  for (let nth = 0; nth < requests; nth++) {
    const sample = sampleOf(nth)
    recorder.add(sample)
    if (sample.startedAt.wallMs < partMs) continue
    partMs += PART_MS
    bytes += JSON.stringify(recorder.take()).length
  }
  return bytes
}

/** Latencies from 1 ms to 20 ms, most of them small, always the same ones. */
function sampleOf(nth: number): Sample {
  const wallMs = (nth * 1_000) / (RATE * LANES.length)
  const endMs = 1 + 19 * ((Math.imul(nth, 2_654_435_761) >>> 0) / 2 ** 32) ** 3
  const at = { wallMs, monotonicMs: wallMs }
  return {
    lane: LANES[nth % LANES.length] ?? '',
    id: `12345678-${nth.toString(36)}`,
    method: 'GET',
    path: '/',
    scheduledAt: at,
    startedAt: at,
    connectMs: 0.5,
    firstByteMs: endMs - 0.1,
    endMs,
    localPort: 40_000,
    remoteAddress: '127.0.0.1',
    remotePort: 8_080,
    target: 'pod-1',
    nthOnSocket: 1,
    idleMs: undefined,
    status: 200,
    bytes: 17,
    ok: true,
  }
}
