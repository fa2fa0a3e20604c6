import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import type { TestContext } from 'node:test'
import type { DrainAdapter } from '../../../../src/node/drain/adapter.ts'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { contextOf } from '../setup.ts'

/** Listens with a server that nobody drains yet. */
export async function listenUnserved(t: TestContext, server: Server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const adapters: DrainAdapter[] = []
  const told: unknown[] = []
  t.after(() => {
    for (const adapter of adapters) {
      adapter.forceClose()
      adapter.release()
    }
    server.close()
  })
  const serve = (shutdownDelayMs = 0): DrainAdapter => {
    const adapter = adapterFor(
      server,
      contextOf({ shutdownDelayMs, closeHandshake: (socket) => void told.push(socket) }),
    )
    adapters.push(adapter)
    return adapter
  }
  return { port: (server.address() as AddressInfo).port, serve, told }
}

/** Nothing in flight. */
export const nothing = { request: 0, stream: 0, upgrade: 0 }
