import type { Socket } from 'node:net'
import { hasEndedAfterUs } from '../http1/linger.ts'

/**
 * A client's kernel accepts at least this much even if its program does not read, and then our send buffer is
 * empty: the smallest usual receive window.
 */
const TAKEN_UNREAD_BYTES = 64 * 1024

/**
 * Tracks which clients have confirmed what was sent to them since the announcement. A client that ends its
 * side after ours has read the response, so the kernel's tables are not needed.
 */
export class Receipts {
  /** How much was written on each connection when its response was expected. */
  readonly #open = new Map<Socket, number>()
  #isMissing = false

  /** Whether every client has confirmed. */
  get isComplete(): boolean {
    return !this.#isMissing && this.#open.size === 0
  }

  /** Expects a response on this connection; undefined when the client cannot confirm it. */
  expect(socket: Socket | undefined): void {
    if (socket === undefined) {
      this.#isMissing = true
      return
    }
    if (this.#isMissing || this.#open.has(socket)) return
    this.#open.set(socket, socket.bytesWritten)
    socket.once('close', () => this.#onClose(socket))
  }

  #onClose(socket: Socket): void {
    const writtenBefore = this.#open.get(socket) ?? 0
    this.#open.delete(socket)
    const isSmall = socket.bytesWritten - writtenBefore <= TAKEN_UNREAD_BYTES
    if (!isSmall || !hasEndedAfterUs(socket)) this.#isMissing = true
  }
}
