import { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'

/** The lifecycle's probe server, which has to be known among the servers of the application. */
export class OwnProbes {
  #server: Server | null = null
  #opening = false

  /** Calls what opens it. Afterwards it does not keep the process alive: a program that closes its servers has to end by itself as ever. */
  during<T>(open: () => T): T {
    this.#opening = true
    try {
      return open()
    } finally {
      this.#opening = false
      this.#server?.unref()
    }
  }

  /** A server is told to listen; while the lifecycle opens its probes, that is theirs. */
  notice(server: Server): void {
    if (this.#opening) this.#server ??= server
  }

  is(server: Server): boolean {
    return server === this.#server
  }

  close(): void {
    this.#server?.close()
    if (this.#server instanceof HttpServer) this.#server.closeAllConnections()
  }
}
