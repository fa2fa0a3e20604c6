import type { Server } from 'node:net'
import type { Addresses } from './close-callback.ts'

/**
 * What the application serves with: servers that listen or are handed their connections, and the workers of a
 * cluster.
 */
export class AdoptedServers {
  readonly #servers = new Set<Server>()
  #handed = false
  #clustered = false

  has(server: Server): boolean {
    return this.#servers.has(server)
  }

  /** @param onClose called when it has closed, and is forgotten */
  add(server: Server, onClose: () => void): void {
    if (this.#servers.has(server)) return
    this.#servers.add(server)
    server.once('close', () => {
      this.#servers.delete(server)
      onClose()
    })
  }

  /**
   * A server is handed its connections: nothing says when that ends, so it serves until the end of the
   * process.
   */
  noteHanded(): void {
    this.#handed = true
  }

  /** Workers listen in the stead of this process. Returns whether that was new. */
  noteWorkers(): boolean {
    const isNew = !this.#clustered
    this.#clustered = true
    return isNew
  }

  isServing(): boolean {
    return this.#clustered || this.#handed || this.listening().length > 0
  }

  /** Those that listen, with their addresses. */
  addresses(): Addresses {
    return new Map(this.listening().map((server) => [server, server.address()]))
  }

  listening(): readonly Server[] {
    return [...this.#servers].filter((server) => server.listening)
  }
}
