import type { Socket } from 'node:net'
import { SocketClose } from './socket-close.ts'

/** The open sockets of one drainer, each with an entry. Closed sockets are forgotten. */
export class OpenSockets<Entry> {
  readonly #entries = new Map<Socket, Entry>()
  readonly #closes: SocketClose

  /** @param onClose called for each closed socket when it is forgotten */
  constructor(onClose: (socket: Socket, entry: Entry) => void) {
    this.#closes = new SocketClose((socket) => {
      const entry = this.#entries.get(socket)
      if (entry !== undefined && this.#entries.delete(socket)) onClose(socket, entry)
    })
  }

  get size(): number {
    return this.#entries.size
  }

  get(socket: Socket): Entry | undefined {
    return this.#entries.get(socket)
  }

  /** The entries, in the order in which they were added. */
  values(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Remembers a socket that has not emitted 'close' yet, once. */
  add(socket: Socket, entry: Entry): void {
    this.#entries.set(socket, entry)
    this.#closes.follow(socket)
  }

  /** Forgets an open socket and leaves no trace on it. Returns whether it was known. */
  delete(socket: Socket): boolean {
    const isKnown = this.#entries.delete(socket)
    if (isKnown) this.#closes.forget(socket)
    return isKnown
  }

  /**
   * Forgets the sockets that this call destroys, and those already destroyed. It does not wait for their
   * 'close' events: closing ten thousand handles takes longer than the rest of the exit.
   */
  destroyAll(destroy: () => void): void {
    this.#closes.ignoreWhile(destroy)
    for (const socket of this.#entries.keys()) if (socket.destroyed) this.#entries.delete(socket)
  }

  /** Forgets all sockets. */
  clear(): void {
    for (const socket of this.#entries.keys()) this.#closes.forget(socket)
    this.#entries.clear()
  }
}
