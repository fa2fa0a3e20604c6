import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createNetServer, type Server } from 'node:net'
import { test, type TestContext } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { adapterFor } from '../../../src/node/drain/servers/serve.ts'
import { turns } from '../../helpers/eventually.ts'
import { contextOf, tls } from './setup.ts'

const kinds: Readonly<Record<string, () => Server>> = {
  'node:http': () => createServer().on('upgrade', () => {}),
  'node:https': () => createHttpsServer(tls).on('upgrade', () => {}),
  'node:http2': () => createHttp2Server() as unknown as Server,
  'node:http2 with TLS': () => createSecureServer({ ...tls, allowHTTP1: true }) as unknown as Server,
  'node:tls': () => createTlsServer(tls),
  'node:net': () => createNetServer(),
}

const context = contextOf({ shutdownDelayMs: 2_000 })

/** Everything that can be seen on a server from outside. */
const looksOf = (server: Server): unknown => ({
  listeners: server.eventNames().map((name) => [String(name), server.listeners(name)]),
  emit: server.emit,
})

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

for (const [kind, create] of Object.entries(kinds)) {
  for (const [when, prepare] of [
    ['at once', () => {}],
    ['in the delay', (adapter: ReturnType<typeof adapterFor>) => adapter.announceClose()],
  ] as const) {
    test(`${kind}: release() ${when} leaves the server as it was, and its connections open`, async (t) => {
      const server = create()
      const port = await listening(t, server)
      const before = looksOf(server)
      const adapter = adapterFor(server, context)
      const accepted = once(server, 'connection')
      const client = connect(port, '127.0.0.1').on('error', () => {})
      t.after(() => client.destroy())
      await accepted
      prepare(adapter)
      assert.notDeepEqual(looksOf(server), before)
      adapter.release()
      assert.deepEqual(looksOf(server), before)
      // Nothing that is left of it sees what comes, or closes what is there.
      const next = once(server, 'connection')
      const other = connect(port, '127.0.0.1').on('error', () => {})
      t.after(() => other.destroy())
      await next
      await turns(5)
      assert.deepEqual([client.destroyed, other.destroyed, server.listening], [false, false, true])
      assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 0 })
    })
  }
}
