import type { Socket } from 'node:net'
import { SocketClose } from './socket-close.ts'

/** The open sockets of one drainer, with what it remembers of each. A socket that has closed is forgotten. */
export class OpenSockets<Entry> {
  readonly #entries = new Map<Socket, Entry>()
  readonly #closes: SocketClose

  /** @param onClose called for each socket that has closed, when it is forgotten */
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

  /** In the order in which they were added. */
  values(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Remembers a socket that has not emitted its 'close' yet, once. */
  add(socket: Socket, entry: Entry): void {
    this.#entries.set(socket, entry)
    this.#closes.follow(socket)
  }

  /** Forgets an open socket, and leaves no trace on it. Returns whether it was known. */
  delete(socket: Socket): boolean {
    const isKnown = this.#entries.delete(socket)
    if (isKnown) this.#closes.forget(socket)
    return isKnown
  }

  /**
   * Forgets the sockets that this call destroys, and those that were destroyed before. Their 'close' events
   * are not waited for: closing ten thousand handles takes longer than all the rest of the exit.
   */
  destroyAll(destroy: () => void): void {
    this.#closes.ignoreWhile(destroy)
    for (const socket of this.#entries.keys()) if (socket.destroyed) this.#entries.delete(socket)
  }

  /** Forgets all. */
  clear(): void {
    for (const socket of this.#entries.keys()) this.#closes.forget(socket)
    this.#entries.clear()
  }
}
