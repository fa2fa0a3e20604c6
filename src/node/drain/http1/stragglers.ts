import type { Socket } from 'node:net'
import { type Connection, currentResponse } from './connection.ts'
import { now } from '../moments.ts'

/** Time between two looks. */
const LOOK_MS = 250

interface Heard {
  readonly bytes: number
  readonly at: number
}

/**
 * Connections without a response that Node's parser still does not consider idle: the body of their answered
 * request still arrives, or half of their next head is there. No event tells when the parser is done, so this
 * looks again.
 */
export class Stragglers {
  readonly #settleMs: number
  #heard = new Map<Socket, Heard>()
  #lookedAt = 0

  /**
   * @param settleMs how long to keep a connection after its last byte, because its client may be writing the
   *   next request
   */
  constructor(settleMs: number) {
    this.#settleMs = settleMs
  }

  /** Whether the last look found any. */
  get hasAny(): boolean {
    return this.#heard.size > 0
  }

  /** When to look again, on the clock of {@link now}; 0 when the last look found none. */
  get dueAt(): number {
    return this.hasAny ? this.#lookedAt + Math.min(LOOK_MS, this.#settleMs) : 0
  }

  /** Whether a straggler's last byte is too recent to close its connection. */
  isYoung({ socket }: Connection): boolean {
    const heard = this.#heard.get(socket)
    return heard !== undefined && (heard.bytes !== socket.bytesRead || now() - heard.at < this.#settleMs)
  }

  /** Looks at the connections that remain after the idle ones were closed. */
  look(connections: Iterable<Connection>): void {
    const known = this.#heard
    this.#lookedAt = now()
    this.#heard = new Map()
    for (const { socket } of connections) {
      // A connection that is ended on our side has its own time limit.
      if (currentResponse(socket) !== null || socket.destroyed || socket.writableEnded) continue
      const heard = known.get(socket)
      const isSame = heard?.bytes === socket.bytesRead
      this.#heard.set(socket, isSame ? heard : { bytes: socket.bytesRead, at: this.#lookedAt })
    }
  }
}
