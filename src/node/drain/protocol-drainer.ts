import type { Socket } from 'node:net'
import type { ServedCounts } from '../../core/in-flight.ts'
import type { ForcedClose } from '../../core/report.ts'

/** Open things of one protocol. */
export interface DrainerCount extends ServedCounts {
  /** Connections with something in flight. */
  readonly active: number
  readonly idle: number
  /**
   * When the oldest thing in flight began, on the clock of `now()`; null when nothing is. A drainer counts
   * things of one kind.
   */
  readonly oldestAt: number | null
}

/**
 * The connections of one server that speak one protocol. A server may carry several: HTTP/1 and HTTP/2 over
 * TLS, and what was upgraded.
 */
export interface ProtocolDrainer {
  /** Connections that are open; the drain is over when this is 0 in every drainer. */
  readonly open: number
  /** From now on clients are asked to go elsewhere, and everything is still served. Once. */
  announce(): void
  /** The listener is closed: idle connections are closed, requests in flight finish first. Once. */
  drain(): void
  /** Destroys what is left and returns what was in flight. */
  forceClose(): readonly ForcedClose[]
  count(): DrainerCount
  /** Takes every listener and hook off the server. */
  release(): void
}

/** What a drainer is told by its server, and tells it. */
export interface DrainerContext {
  /** Name of the server. */
  readonly name: string
  /** How long the drain may take. */
  readonly drainTimeoutMs: number
  /** How long a connection is kept whose client may be writing; see `settleMs()`. */
  readonly settleMs: number
  /** When a connection was last accepted, on the clock of `now()`; 0 when none was. */
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
