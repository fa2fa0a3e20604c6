import type { Server } from 'node:net'
import type { Addresses } from './close-callback.ts'

/**
 * Everything through which the application serves: servers that listen, servers that are handed connections,
 * and cluster workers.
 */
export class AdoptedServers {
  readonly #servers = new Set<Server>()
  #handed = false
  #clustered = false

  has(server: Server): boolean {
    return this.#servers.has(server)
  }

  /** @param onClose called when the server has closed and is forgotten */
  add(server: Server, onClose: () => void): void {
    if (this.#servers.has(server)) return
    this.#servers.add(server)
    server.once('close', () => {
      this.#servers.delete(server)
      onClose()
    })
  }

  /**
   * Notes a server that is handed connections. Nothing tells when that ends, so it serves until the process
   * ends.
   */
  noteHanded(): void {
    this.#handed = true
  }

  /** Notes that cluster workers listen for this process. Returns whether that is new. */
  noteWorkers(): boolean {
    const isNew = !this.#clustered
    this.#clustered = true
    return isNew
  }

  isServing(): boolean {
    return this.#clustered || this.#handed || this.listening().length > 0
  }

  /** The listening servers, with their addresses. */
  addresses(): Addresses {
    return new Map(this.listening().map((server) => [server, server.address()]))
  }

  listening(): readonly Server[] {
    return [...this.#servers].filter((server) => server.listening)
  }
}
