import type { Socket } from 'node:net'
import type { ForcedClose } from '../../core/report.ts'

/** Open things of one protocol. */
export interface TrafficCount {
  readonly request: number
  readonly stream: number
  readonly upgrade: number
  /** Connections with something in flight. */
  readonly active: number
  readonly idle: number
  /** When the oldest thing in flight began, on the clock of {@link now}; null when nothing is. A traffic counts things of one kind. */
  readonly oldestAt: number | null
}

/** The connections of one server that speak one protocol. A server may carry several: HTTP/1 and HTTP/2 over TLS, and what was upgraded. */
export interface Traffic {
  /** Connections that are open; the drain is over when this is 0 in every traffic. */
  readonly open: number
  /** From now on clients are asked to go elsewhere, and everything is still served. Once. */
  announce(): void
  /** The listener is closed: what is idle is brought to its end, what is in flight is waited for. Once. */
  drain(): void
  /** Destroys what is left and returns what was in flight. */
  cut(): readonly ForcedClose[]
  count(): TrafficCount
  /** Takes every listener and hook off the server. */
  release(): void
}

/** What a traffic is told by its server, and tells it. */
export interface TrafficContext {
  /** Name of the server. */
  readonly name: string
  /** How long the drain may take. */
  readonly drainTimeoutMs: number
  /** How long a connection is kept whose client may be writing; see {@link settleMs}. */
  readonly settleMs: number
  /** When a connection was last accepted, on the clock of {@link now}; 0 when none was. */
  lastAcceptedAt(): number
  /**
   * A request arrived after the shutdown was announced.
   * @param socket its connection, when the client will confirm the answer by ending it
   */
  onLateRequest(socket?: Socket): void
  /** A request that was in flight at the announcement is still being answered on this connection. */
  onAnswering(socket: Socket): void
  /** A connection is gone. */
  onGone(): void
}

/** Shortest and longest {@link settleMs}. */
const SETTLE_MS = { least: 100, most: 2_000 } as const

/**
 * How long a connection is kept whose client may be writing: one that was just accepted, or whose last response promised to keep it alive and was
 * finished too late to take that back. A connection that is idle when the shutdown is announced is kept for the shutdown delay; the same is due to
 * one that becomes idle later. On a busy node a client's next request takes hundreds of milliseconds.
 */
export function settleMs(shutdownDelayMs: number): number {
  return Math.min(SETTLE_MS.most, Math.max(SETTLE_MS.least, shutdownDelayMs))
}

/** The earlier of two moments, where null is none. */
export function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other < one) ? other : one
}

/** Whole milliseconds since the process began, so that V8 keeps them as small integers inside records. */
export function now(): number {
  return Math.floor(performance.now())
}
