import { setTimeout as sleep } from 'node:timers/promises'
import type { BodyCheck } from './body-check.ts'
import type { DialAgent } from './dial-agent.ts'
import { createGrid } from './grid.ts'
import type { Headers } from './headers.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'
import { type Instant, type PickTarget, readClocks, type Sample } from './sample.ts'
import type { RequestIdentity } from './trace.ts'

/** One request as a lane sends it; the engine adds lane, id, headers and the body of an echo. */
interface SentRequest extends LaneRequest {
  readonly timeoutMs: number
  readonly agent: DialAgent
  readonly bodyCheck?: BodyCheck
  /** Monotonic milliseconds at which the lane's plan wanted it. */
  readonly dueMs: number
}

/** What a lane gets from the engine. */
export interface LaneContext {
  readonly options: LoadOptions
  /**
   * What to send in turn, at least one: what the user described, what the lane falls back to, or the request
   * of its own.
   */
  readonly requests: readonly LaneRequest[]
  readonly headers: Headers
  /** Aborted when nothing more is to be sent. */
  readonly signal: AbortSignal
  /** A new virtual client; the engine closes it at the end. */
  openAgent(keepAlive: boolean): DialAgent
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
  /** Counts requests of the plan that were never sent, because the generator was too late for them. */
  readonly skip: (count: number) => void
}

/** Gives requests in turn, again and again, from the one with this index on. `requests` has at least one. */
export function inTurn(requests: readonly LaneRequest[], first: number): () => LaneRequest {
  let index = first
  return () => requests[index++ % requests.length] as LaneRequest
}

/** A lane runs until its signal is aborted and its last request has ended. */
export type Lane = (context: LaneContext) => Promise<void>

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
  const outstanding = new Set<Promise<unknown>>()
  for (;;) {
    const { dueMs, skipped } = grid.next(performance.now())
    skip(skipped)
    await pauseUntil(dueMs, signal)
    if (signal.aborted) break
    if (outstanding.size >= maxOutstanding) {
      skip(1)
      continue
    }
    const request = send(dueMs)
    outstanding.add(request)
    void request.then(() => outstanding.delete(request))
  }
  await Promise.all(outstanding)
}

/** Waits until a monotonic moment, or until the signal is aborted; never rejects. */
export async function pauseUntil(dueMs: number, signal: AbortSignal): Promise<void> {
  const waitMs = dueMs - performance.now()
  if (waitMs <= 0 || signal.aborted) return
  await sleep(waitMs, undefined, { signal }).catch(() => undefined)
}

/** The wall time that belongs to a monotonic moment. */
export function instantAt(dueMs: number): Instant {
  const now = readClocks()
  return { monotonicMs: dueMs, wallMs: now.wallMs + (dueMs - now.monotonicMs) }
}
