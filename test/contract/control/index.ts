/**
 * Stands in for lastcall when the suite is to show that it can fail: what careful people write by hand.
 * Readiness goes red, everything is served for the delay, then `server.close()`, the stop hooks, and exit 0;
 * a timer ends the process when that hangs.
 */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'

const { env } = process
const FORCED_AFTER_MS = 3_000

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
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void this.#shutDown(signal))
  }

  async #shutDown(reason: string): Promise<void> {
    this.state = 'delaying'
    await setTimeout(Number.parseInt(env['LASTCALL_SHUTDOWN_DELAY'] ?? '0', 10))
    this.state = 'draining'
    void setTimeout(FORCED_AFTER_MS).then(() => end(reason, 1))
    await Promise.all(this.servers.map(close)).catch(() => end(reason, 1))
    for (const hook of this.hooks) await hook()
    end(reason, 0)
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
}

/** All that it knows. */
function end(reason: string, exitCode: number): void {
  const forcedCloses = { total: 0, byKind: {}, details: [] }
  const report = { reason, exitCode, clean: exitCode === 0, events: [], hooks: [], forcedCloses }
  writeFileSync(env['LASTCALL_TERMINATION_LOG'] ?? '', JSON.stringify(report))
  process.exit(exitCode)
}

export const createLifecycle = (): Control => new Control()
