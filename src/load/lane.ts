import { setImmediate as turn } from 'node:timers/promises'
import type { BodyCheck } from './body-check.ts'
import { createGrid } from './grid.ts'
import type { Headers } from './headers.ts'
import type { HttpClient } from './http1/client.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'
import { type Instant, type PickTarget, readClocks, type Sample } from './sample.ts'
import type { LoadShare } from './share.ts'
import type { RequestIdentity } from './trace.ts'

/** One request of a lane. The engine adds the lane, the id, the headers and the body of an echo. */
interface SentRequest extends LaneRequest {
  readonly timeoutMs: number
  /** Longest time without a byte of the body. Default: `timeoutMs` */
  readonly silenceMs?: number
  readonly client: HttpClient
  readonly bodyCheck?: BodyCheck
  /** Monotonic milliseconds at which the plan of the lane scheduled the request. */
  readonly dueMs: number
}

/** Everything that the engine gives a lane. */
export interface LaneContext {
  /** The options of the load, with the rate of this generator's share. */
  readonly options: LoadOptions
  /** The part of the load that this generator sends. */
  readonly share: LoadShare
  /**
   * Requests to send in turn, at least one: those that the user described, the fallback, or the lane's own
   * request.
   */
  readonly requests: readonly LaneRequest[]
  readonly headers: Headers
  /** Aborted when the lane must stop sending. */
  readonly signal: AbortSignal
  /** Opens a virtual client (see {@link HttpClient}). The engine closes it at the end. */
  openClient(keepAlive: boolean, bytesPerSecond?: number): HttpClient
  /** Closes a virtual client before the end. */
  close(client: HttpClient): void
  /** Sends a request and records its sample. Never rejects. */
  send(request: SentRequest): Promise<Sample>
  /** For lanes that open their own connections. */
  readonly pickTarget: PickTarget
  /** Registers a resource that the engine destroys at the end. */
  own(resource: { destroy(): void }): void
  /** Begins a request that the lane sends itself. It ends in {@link LaneContext.record}. */
  identify(request: LaneRequest, dueMs: number): RequestIdentity
  /** Records the end of a request that {@link LaneContext.identify} began. */
  readonly record: (sample: Sample) => void
  /** Turns a recorded success into a failure, at the time at which it ended. */
  readonly revoke: (sample: Sample) => void
  /** Adds to the further counts of the lane, by name. */
  readonly count: (counts: Readonly<Record<string, number>>) => void
  /** Whether the engine counts nothing any more, so that sending is pointless. */
  isAbandoned(): boolean
  /**
   * Counts planned requests that were never sent: the generator was late, or too many answers were
   * outstanding.
   */
  readonly skip: (count: number) => void
}

/** Cycles through the requests, beginning at this index. `requests` has at least one. */
export function inTurn(requests: readonly LaneRequest[], first: number): () => LaneRequest {
  let index = first
  return () => requests[index++ % requests.length] as LaneRequest
}

/** A lane runs until its signal is aborted and its last request has ended. */
export type Lane = (context: LaneContext) => Promise<void>

/**
 * Maximum of unanswered requests of an HTTP/1 lane. More would only show a stalled server, and these show it
 * already.
 */
export const MAX_OUTSTANDING = 2_000

/** A full backlog (Node: 511) drops connections, which TCP retries only after a second. Stay far below it. */
const MAX_AT_ONCE = 64

/** The schedule of a client of a paced lane. Monotonic milliseconds. */
export interface GridPlan {
  readonly startMs: number
  readonly intervalMs: number
  /** Skips requests while this many are unanswered. This bounds memory and file descriptors. */
  readonly maxOutstanding: number
}

/**
 * Sends on a grid without waiting for answers until the signal is aborted. Then it waits for the outstanding
 * answers. `send` must not reject.
 */
export async function sendOnGrid(
  { signal, skip }: Pick<LaneContext, 'signal' | 'skip'>,
  { startMs, intervalMs, maxOutstanding }: GridPlan,
  send: (dueMs: number) => Promise<unknown>,
): Promise<void> {
  const grid = createGrid(startMs, intervalMs)
  const ended = Promise.withResolvers<void>()
  let outstanding = 0
  const settle = (): void => {
    if (--outstanding === 0 && signal.aborted) ended.resolve()
  }
  let nowMs = performance.now()
  let sentAtOnce = 0
  while (!signal.aborted) {
    const { dueMs, skipped } = grid.next(nowMs)
    skip(skipped)
    // Send due requests in batches. Reading answers in between may make room for more.
    const isFull = sentAtOnce > 0 && (sentAtOnce >= MAX_AT_ONCE || outstanding >= maxOutstanding)
    if (dueMs > nowMs || isFull) {
      await pauseUntil(dueMs, signal)
      nowMs = performance.now()
      sentAtOnce = 0
    }
    if (signal.aborted) break
    if (outstanding >= maxOutstanding) skip(1)
    else {
      outstanding++
      sentAtOnce++
      void send(dueMs).then(settle)
    }
  }
  skip(grid.left(performance.now()))
  if (outstanding > 0) await ended.promise
}

/**
 * Waits until a monotonic time, or until the signal is aborted; never rejects. It always yields to the event
 * loop, even if the time has passed: a late lane must not keep this process from reading answers.
 */
export async function pauseUntil(dueMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  let waitMs = dueMs - performance.now()
  if (waitMs <= 0) return turn()
  // A timer that is set late in a turn of the event loop fires too early by the same amount.
  do {
    await sleep(waitMs, signal)
    waitMs = dueMs - performance.now()
  } while (waitMs > 1 && !signal.aborted)
}

/** The pauses that an abort ends. They share one listener, because adding one costs more than a request. */
const pauses = new WeakMap<AbortSignal, Set<() => void>>()

function pausesOf(signal: AbortSignal): Set<() => void> {
  const known = pauses.get(signal)
  if (known) return known
  const added = new Set<() => void>()
  pauses.set(signal, added)
  const endAll = (): void => {
    for (const end of added) end()
  }
  signal.addEventListener('abort', endAll, { once: true })
  return added
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const others = pausesOf(signal)
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      others.delete(end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    others.add(end)
  })
}

/** The instant of a monotonic time, with its wall time. */
export function instantAt(dueMs: number): Instant {
  const now = readClocks()
  return { monotonicMs: dueMs, wallMs: now.wallMs + (dueMs - now.monotonicMs) }
}
