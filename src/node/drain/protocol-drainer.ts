import type { Socket } from 'node:net'
import type { ServedCounts } from '../../core/in-flight.ts'
import type { ForcedClose } from '../../core/report.ts'

/** Counts of one protocol. */
export interface DrainerCount extends ServedCounts {
  /** Connections with something in flight. */
  readonly active: number
  readonly idle: number
  /**
   * When the oldest thing in flight began, on the clock of `now()`, or null. A drainer counts things of one
   * kind.
   */
  readonly oldestAt: number | null
}

/**
 * The connections of one server that speak one protocol. A server may have several protocols: HTTP/1 and
 * HTTP/2 over TLS, and upgraded connections.
 */
export interface ProtocolDrainer {
  /** Open connections. The drain is over when this is 0 in every drainer. */
  readonly open: number
  /** From now on clients are asked to go elsewhere, and requests are still served. Called once. */
  announce(): void
  /**
   * The listener is closed now: idle connections are closed, requests in flight finish first. Called once.
   */
  drain(): void
  /** Destroys all open connections and returns what was in flight. */
  forceClose(): readonly ForcedClose[]
  count(): DrainerCount
  /** Removes every listener and hook from the server. */
  release(): void
}

/** What a drainer learns from its server and reports to it. */
export interface DrainerContext {
  /** Name of the server. */
  readonly name: string
  /** How long the drain may take. */
  readonly drainTimeoutMs: number
  /** How long to keep a connection whose client may be writing; see `settleMs()`. */
  readonly settleMs: number
  /** When a connection was last accepted, on the clock of `now()`; 0 when none was. */
  lastAcceptedAt(): number
  /**
   * A request arrived after the shutdown was announced.
   * @param socket its connection, if the client will confirm the response by ending it
   */
  onLateRequest(socket?: Socket): void
  /** This connection still answers a request that was in flight at the announcement. */
  onAnswering(socket: Socket): void
  /** A connection is gone. */
  onGone(): void
}
