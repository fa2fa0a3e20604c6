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

/** One request as a lane sends it; the engine adds lane, id, headers and the body of an echo. */
interface SentRequest extends LaneRequest {
  readonly timeoutMs: number
  /** How long the body may bring no byte. As long as the whole answer may take */
  readonly silenceMs?: number
  readonly client: HttpClient
  readonly bodyCheck?: BodyCheck
  /** Monotonic milliseconds at which the lane's plan wanted it. */
  readonly dueMs: number
}

/** What a lane gets from the engine. */
export interface LaneContext {
  /** Those of the load, with the rate of this generator's share. */
  readonly options: LoadOptions
  /** Which part of the load this generator sends. */
  readonly share: LoadShare
  /**
   * What to send in turn, at least one: what the user described, what the lane falls back to, or the request
   * of its own.
   */
  readonly requests: readonly LaneRequest[]
  readonly headers: Headers
  /** Aborted when nothing more is to be sent. */
  readonly signal: AbortSignal
  /** A new virtual client, as {@link HttpClient} makes it; the engine closes it at the end. */
  openClient(keepAlive: boolean, bytesPerSecond?: number): HttpClient
  /** Closes a virtual client before the end. */
  close(client: HttpClient): void
  /** Sends, records, never rejects. */
  send(request: SentRequest): Promise<Sample>
  /** For lanes that dial by themselves. */
  readonly pickTarget: PickTarget
  /** Has the engine destroy it at the end. */
  own(resource: { destroy(): void }): void
  /** Begins a request that the lane sends by itself; it ends in {@link LaneContext.record}. */
  identify(request: LaneRequest, dueMs: number): RequestIdentity
  /** Takes what {@link LaneContext.identify} began. */
  readonly record: (sample: Sample) => void
  /** Has a recorded success fail after all; it counts as failed in the moment in which it ended. */
  readonly revoke: (sample: Sample) => void
  /** Adds to what its lane counts besides samples, by name. */
  readonly count: (counts: Readonly<Record<string, number>>) => void
  /** Whether nothing is counted any more, so that nothing has to be sent. */
  isAbandoned(): boolean
  /**
   * Counts planned requests that were never sent: the generator was too late, or too many had no answer yet.
   */
  readonly skip: (count: number) => void
}

/** Gives requests in turn, again and again, from the one with this index on. `requests` has at least one. */
export function inTurn(requests: readonly LaneRequest[], first: number): () => LaneRequest {
  let index = first
  return () => requests[index++ % requests.length] as LaneRequest
}

/** A lane runs until its signal is aborted and its last request has ended. */
export type Lane = (context: LaneContext) => Promise<void>

/**
 * Unanswered requests of an HTTP/1 lane, at most. With more of them the server stands still, which these
 * already show.
 */
export const MAX_OUTSTANDING = 2_000

/** Far below the backlog of a listener (Node: 511): what it cannot take is dialled again after a second. */
const MAX_AT_ONCE = 64

/** When a client of a paced lane sends. Monotonic milliseconds. */
export interface GridPlan {
  readonly startMs: number
  readonly intervalMs: number
  /** More than this many unanswered at once are skipped; it bounds memory and file descriptors. */
  readonly maxOutstanding: number
}

/**
 * Sends on a grid without waiting for answers, until the signal is aborted; then waits for what is
 * outstanding. `send` must not reject.
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
    // Some of what is due goes out in one go; then answers have their turn, which may make room.
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
 * Waits until a monotonic moment, or until the signal is aborted; never rejects. Lets the event loop turn
 * also when the moment has passed: a lane that is late must not keep this process from reading answers.
 */
export async function pauseUntil(dueMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  let waitMs = dueMs - performance.now()
  if (waitMs <= 0) return turn()
  // A timer that is set late in a turn of the event loop comes too early by as much.
  do {
    await sleep(waitMs, signal)
    waitMs = dueMs - performance.now()
  } while (waitMs > 1 && !signal.aborted)
}

/** The pauses that an abort ends. One listener for all: adding one costs more than a request. */
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

/** The wall time that belongs to a monotonic moment. */
export function instantAt(dueMs: number): Instant {
  const now = readClocks()
  return { monotonicMs: dueMs, wallMs: now.wallMs + (dueMs - now.monotonicMs) }
}
