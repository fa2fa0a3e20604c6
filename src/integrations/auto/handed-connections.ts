import { Server } from 'node:net'

type Emit = (this: Server, ...args: readonly unknown[]) => boolean

/**
 * Reports servers that never listen and still get connections, by `server.emit('connection', socket)`: sticky
 * workers, which get sockets over IPC, and servers behind a port sniffer. Node publishes such a connection
 * only when a request is complete, and never for an upgrade.
 */
export class HandedConnections implements Disposable {
  readonly #onServer: (server: Server) => void
  readonly #watched = new Map<object, Disposable>()

  /** @param onServer called before the server's listeners get such a connection */
  constructor(onServer: (server: Server) => void) {
    this.#onServer = onServer
  }

  /**
   * Watches all of Node's servers. Call it once. A subclass needs its own watch when its `emit` was replaced
   * earlier.
   * @param subclasses the subclasses that are loaded
   */
  watch(...subclasses: readonly { readonly prototype: Server }[]): void {
    for (const { prototype } of [Server, ...subclasses]) {
      const isOwn = prototype === Server.prototype || Object.hasOwn(prototype, 'emit')
      if (isOwn && !this.#watched.has(prototype)) this.#watched.set(prototype, this.#replace(prototype))
    }
  }

  [Symbol.dispose](): void {
    for (const replaced of this.#watched.values()) replaced[Symbol.dispose]()
    this.#watched.clear()
  }

  #replace(prototype: Server): Disposable {
    const own = Object.getOwnPropertyDescriptor(prototype, 'emit')
    const emit = prototype.emit as Emit
    const onServer = this.#onServer
    const watched: Emit = function emitWatched(this: Server, ...args) {
      if (args[0] === 'connection' && !this.listening) onServer(this)
      return Reflect.apply(emit, this, args)
    }
    Object.defineProperty(prototype, 'emit', { value: watched, writable: true, configurable: true })
    return {
      [Symbol.dispose]: () => {
        // Other code may have wrapped our function in the meantime, and may still call it.
        if ((prototype.emit as Emit) !== watched) return
        if (own) Object.defineProperty(prototype, 'emit', own)
        else Reflect.deleteProperty(prototype, 'emit')
      },
    }
  }
}
