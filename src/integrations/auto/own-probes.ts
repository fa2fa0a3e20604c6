import { Server as HttpServer } from 'node:http'
import { type AddressInfo, isIP, type Server } from 'node:net'
import type { ListenedTo } from './internal-server.ts'

/** The lifecycle's probe server, which has to be known among the servers of the application. */
export class OwnProbes {
  #server: Server | null = null
  #opening = false

  /**
   * Calls what opens it. Afterwards it does not keep the process alive: a program that closes its servers
   * has to end by itself as ever.
   */
  during<T>(open: () => T): T {
    this.#opening = true
    try {
      return open()
    } finally {
      this.#opening = false
      this.#server?.unref()
    }
  }

  /**
   * A server is told to listen; while the lifecycle opens its probes, that is theirs. Before one of the
   * application binds to the port of the probes, they give it up: the application, which knows nothing of
   * them, would end with EADDRINUSE.
   * @returns the port, when it was given up
   */
  notice(server: Server, { port, host }: ListenedTo): number | null {
    if (this.#opening) this.#server ??= server
    const address = this.#server?.address() as AddressInfo | null | undefined
    if (!address || server === this.#server || Number(port) !== address.port) return null
    if (!isSameHost(address.address, host)) return null
    this.close()
    return address.port
  }

  is(server: Server): boolean {
    return server === this.#server
  }

  /** Its port is free when this returns. */
  close(): void {
    this.#server?.close()
    if (this.#server instanceof HttpServer) this.#server.closeAllConnections()
  }
}

/** Whether both may mean one address: only two different addresses of one interface each never do. */
function isSameHost(own: string, host: unknown): boolean {
  const isOne = (address: unknown): boolean =>
    typeof address === 'string' && isIP(address) > 0 && !/^[0:.]+$/.test(address)
  return own === host || !isOne(own) || !isOne(host)
}
