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
 * Connections that have no response under way and that Node's parser does not take for idle: their last
 * request's body still comes (its answer was early), or half of their next head is there. No event says when
 * the parser is through, so they are looked at again.
 */
export class Stragglers {
  readonly #settleMs: number
  #heard = new Map<Socket, Heard>()
  #lookedAt = 0

  /**
   * @param settleMs how long a connection is kept after its last byte, because its client may be writing the
   * next request
   */
  constructor(settleMs: number) {
    this.#settleMs = settleMs
  }

  /** Whether there were any at the last look. */
  get hasAny(): boolean {
    return this.#heard.size > 0
  }

  /** When to look again, on the clock of {@link now}; 0 when there were none. */
  get dueAt(): number {
    return this.hasAny ? this.#lookedAt + Math.min(LOOK_MS, this.#settleMs) : 0
  }

  /** Whether a straggler's last byte is too young for its connection to be closed. */
  isYoung({ socket }: Connection): boolean {
    const heard = this.#heard.get(socket)
    return heard !== undefined && (heard.bytes !== socket.bytesRead || now() - heard.at < this.#settleMs)
  }

  /** Takes what is left of a server's connections after the idle ones were closed. */
  look(connections: Iterable<Connection>): void {
    const known = this.#heard
    this.#lookedAt = now()
    this.#heard = new Map()
    for (const { socket } of connections) {
      // One that is ended on our side has a clock of its own.
      if (currentResponse(socket) !== null || socket.destroyed || socket.writableEnded) continue
      const heard = known.get(socket)
      const isSame = heard?.bytes === socket.bytesRead
      this.#heard.set(socket, isSame ? heard : { bytes: socket.bytesRead, at: this.#lookedAt })
    }
  }
}
