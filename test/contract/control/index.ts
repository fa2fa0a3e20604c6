/**
 * Stands in for lastcall when the suite is to show that it can fail: what careful people write by hand. Readiness goes red, everything is served for the delay,
 * then `server.close()`, the stop hooks, and exit 0.
 */
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const { env } = process

class Control {
  readonly servers: Server[] = []
  readonly hooks: (() => unknown)[] = []
  state = 'starting'

  serve<T extends Server>(server: T): T {
    this.servers.push(server)
    return server
  }

  onStop(_: string, hook: () => unknown): void {
    this.hooks.unshift(hook)
  }

  async start(): Promise<void> {
    const probes = createServer((request, response) => {
      if (this.state === 'starting' && this.servers.every(({ listening }) => listening)) this.state = 'ready'
      const isRed = request.url?.startsWith('/readyz') && this.state !== 'ready'
      response.writeHead(isRed ? 503 : 200, { 'lastcall-state': this.state, connection: 'close' }).end()
    })
    probes.listen(Number(env['LASTCALL_PROBE_PORT']), '127.0.0.1')
    process.once('SIGTERM', () => void this.#shutDown()).once('SIGINT', () => void this.#shutDown())
  }

  async #shutDown(): Promise<void> {
    this.state = 'delaying'
    await setTimeout(Number.parseInt(env['LASTCALL_SHUTDOWN_DELAY'] ?? '0', 10))
    this.state = 'draining'
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))))
    for (const hook of this.hooks) await hook()
    process.exit(0)
  }
}

export const createLifecycle = (): Control => new Control()
