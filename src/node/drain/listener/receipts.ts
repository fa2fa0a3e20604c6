import type { Socket } from 'node:net'
import { hasEndedAfterUs } from '../http1/linger.ts'

/**
 * A client's kernel takes at least this much from ours though its program does not read, so that nothing of
 * it waits in our send buffer: the smallest usual receive window.
 */
const TAKEN_UNREAD_BYTES = 64 * 1024

/**
 * Which clients have confirmed what was sent to them since the shutdown was announced. A client that ends its
 * side behind our end has read the answer, and the kernel need not be asked.
 */
export class Receipts {
  /** How much had been written on each connection when its answer was expected. */
  readonly #open = new Map<Socket, number>()
  #isMissing = false

  /** Whether every client has confirmed. */
  get isComplete(): boolean {
    return !this.#isMissing && this.#open.size === 0
  }

  /** Something will be sent on this connection; undefined where no client can confirm it. */
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
