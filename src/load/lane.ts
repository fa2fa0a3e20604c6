import { setTimeout as sleep } from 'node:timers/promises'
import type { BodyCheck } from './body-check.ts'
import type { DialAgent } from './dial-agent.ts'
import type { LoadOptions } from './load-options.ts'
import { type Instant, readClocks, type Sample } from './sample.ts'

/** One request as a lane describes it; the engine adds lane, id and host. */
interface LaneRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly timeoutMs: number
  readonly agent: DialAgent
  readonly bodyCheck?: BodyCheck
  /** Monotonic milliseconds at which the lane's plan wanted it. */
  readonly dueMs: number
}

/** What a lane gets from the engine. */
export interface LaneContext {
  readonly options: LoadOptions
  /** Aborted when nothing more is to be sent. */
  readonly signal: AbortSignal
  /** A new virtual client; the engine closes it at the end. */
  openAgent(keepAlive: boolean): DialAgent
  /** Sends, records, never rejects. */
  send(request: LaneRequest): Promise<Sample>
  /** Counts requests of the plan that were never sent, because the generator was too late for them. */
  skip(count: number): void
}

/** A lane runs until its signal is aborted and its last request has ended. */
export type Lane = (context: LaneContext) => Promise<void>

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
