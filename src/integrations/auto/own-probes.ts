import { Server as HttpServer } from 'node:http'
import { type AddressInfo, isIP, type Server } from 'node:net'
import type { ListenedTo } from './internal-server.ts'

/** The lifecycle's own probe server, which has to be told apart from the application's servers. */
export class OwnProbes {
  #server: Server | null = null
  #opening = false

  /**
   * Runs the call that opens the probe server. Afterwards that server does not keep the process alive: a
   * program that closes its servers has to end by itself, as without lastcall.
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
   * A server is asked to listen. While the lifecycle opens its probe server, it is that one. If the
   * application wants the same port, the probe server gives it up first: the application does not know about
   * probes, and would end with EADDRINUSE.
   * @returns the port, if it was given up
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

  /** The port is free when this returns. */
  close(): void {
    this.#server?.close()
    if (this.#server instanceof HttpServer) this.#server.closeAllConnections()
  }
}

/** Whether both may mean one address. Only two different addresses of single interfaces never do. */
function isSameHost(own: string, host: unknown): boolean {
  const isOne = (address: unknown): boolean =>
    typeof address === 'string' && isIP(address) > 0 && !/^[0:.]+$/.test(address)
  return own === host || !isOne(own) || !isOne(host)
}
