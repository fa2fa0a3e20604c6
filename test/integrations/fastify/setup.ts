import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import type { LifecycleOptions } from '../../../src/core/options.ts'
import { lastcall } from '../../../src/integrations/fastify/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { manualHost, type ManualHost } from '../manual-host.ts'

/** Options under which nothing outside the test is touched. */
export const quiet = {
  probePort: false,
  signals: [],
  terminationLog: false,
  logger: false,
  shutdownDelayMs: 0,
} as const satisfies LifecycleOptions

/** An app with the plugin in it, on a lifecycle whose host is the test. */
export interface Prepared {
  readonly app: FastifyInstance
  readonly host: ManualHost
  /** Listens on a free port of the loopback, which it returns. */
  listen(): Promise<number>
  client(): Promise<RawClient>
}

export async function prepare(
  t: TestContext,
  options: LifecycleOptions = {},
  serverOptions: FastifyServerOptions = {},
): Promise<Prepared> {
  const app = fastify(serverOptions)
  const host = manualHost()
  const lifecycle = createLifecycle({ ...quiet, signals: ['SIGTERM'], ...options }, host)
  await app.register(lastcall, { lifecycle })
  const clients: RawClient[] = []
  t.after(async () => {
    for (const client of clients) client.close()
    const closed = app.close()
    host.elapse(Infinity)
    await closed.catch(() => {})
  })
  const listen = async (): Promise<number> => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    return portOf(app)
  }
  const client = async (): Promise<RawClient> => {
    const connected = await RawClient.connect(portOf(app))
    clients.push(connected)
    return connected
  }
  return { app, host, listen, client }
}

export function portOf(app: FastifyInstance): number {
  return (app.server.address() as AddressInfo).port
}
