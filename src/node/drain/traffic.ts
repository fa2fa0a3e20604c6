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
  /** When a connection was last accepted, on the clock of {@link now}; 0 when none was. */
  lastAcceptedAt(): number
  /** A request arrived after the shutdown was announced. */
  onLateRequest(): void
  /** A connection is gone. */
  onGone(): void
}

/**
 * How long a connection is kept whose client may have written already: one that was just accepted, or whose last response promised to keep
 * it alive. Long enough for a client in the same cluster to use it or read our answer; in a shutdown with a delay it has long passed.
 */
export const SETTLE_MS = 100

/** The earlier of two moments, where null is none. */
export function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || (other !== null && other < one) ? other : one
}

/** Whole milliseconds since the process began, so that V8 keeps them as small integers inside records. */
export function now(): number {
  return Math.floor(performance.now())
}
