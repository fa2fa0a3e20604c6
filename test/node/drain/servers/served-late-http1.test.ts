import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { suite, test, type TestContext } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { presentHttp1, type PresentHttp1 } from '../../../../src/node/drain/present-connections.ts'
import { ServerAdapter } from '../../../../src/node/drain/listener/server-adapter.ts'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { Gate, type Handler, tls } from '../setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

type Scheme = 'http' | 'https'

interface Unserved {
  readonly client: () => Promise<RawClient>
  /** Gives the server its adapter, as a late `serve()` does. */
  readonly serve: () => ServerAdapter
  readonly present: () => readonly PresentHttp1[]
}

/** A server that listens and answers, and that nobody drains yet. */
async function unserved(t: TestContext, scheme: Scheme, handler: Handler): Promise<Unserved> {
  const listener: RequestListener = (request, response) => void handler(request, response)
  const server: Server = scheme === 'http' ? createServer(listener) : createHttpsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const serve = (): ServerAdapter => {
    const context = { name: 'main', drainTimeoutMs: 10_000, shutdownDelayMs: 0, closeHandshake: undefined }
    const adapter = adapterFor(server, { ...context, onLateRequest: () => {}, onListening: () => {} })
    assert(adapter instanceof ServerAdapter)
    t.after(() => adapter.release())
    return adapter
  }
  return { serve, present: () => presentHttp1(server), client: () => connectTo(t, scheme, port) }
}

async function connectTo(t: TestContext, scheme: Scheme, port: number): Promise<RawClient> {
  if (scheme === 'http') {
    const client = await RawClient.connect(port)
    t.after(() => client.close())
    return client
  }
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const client = new RawClient(socket)
  t.after(() => client.close())
  return client
}

const connectionsOf = (adapter: ServerAdapter): { active: number; idle: number } =>
  adapter.snapshot().connections

for (const scheme of ['http', 'https'] as const) {
  suite(`a ${scheme} server that is served late`, () => {
    test('finishes a request whose handler was at work already', async (t) => {
      const gate = new Gate()
      const { client, serve } = await unserved(t, scheme, async (_request, response) => {
        await gate.pass()
        response.end('whole')
      })
      const one = await client()
      one.get()
      await gate.entered
      const adapter = serve()
      assert.equal(adapter.snapshot().inFlight.request, 1)
      const drained = adapter.drain()
      gate.open()
      assert.equal((await within(5_000, 'the answer', one.response())).body, 'whole')
      await within(5_000, 'the drain', drained)
    })

    test('reports it as a request when the deadline ends it', async (t) => {
      const gate = new Gate()
      const { client, serve } = await unserved(t, scheme, async () => gate.pass())
      const one = await client()
      one.get('/late?secret=1')
      await gate.entered
      const adapter = serve()
      void adapter.drain()
      await eventually('the listener is closed', () => !adapter.isListening())
      const forced = adapter.forceClose()
      assert.deepEqual(
        forced.map(({ kind, label }) => ({ kind, label })),
        [{ kind: 'request', label: 'GET /late' }],
      )
    })

    for (const [what, first, rest] of [
      ['head', 'GET / HTTP/1.1\r\nHo', 'st: a\r\n\r\n'],
      ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab', 'cd'],
    ] as const) {
      test(`waits for a request of which half the ${what} has been sent`, async (t) => {
        const heard = Promise.withResolvers<void>()
        const { client, serve, present } = await unserved(t, scheme, (request, response) => {
          request.once('data', () => heard.resolve())
          request.on('end', () => response.end('whole')).resume()
        })
        const one = await client()
        one.send(first)
        if (what === 'body') await heard.promise
        await eventually('the bytes are read', () => present().some(({ isMidRequest }) => isMidRequest))
        const adapter = serve()
        assert.deepEqual(connectionsOf(adapter), { active: 1, idle: 0 })
        const drained = adapter.drain()
        await eventually('the listener is closed', () => !adapter.isListening())
        one.send(rest)
        assert.equal((await within(5_000, 'the answer', one.response())).body, 'whole')
        await within(5_000, 'the drain', drained)
      })
    }

    test('answers all that was pipelined before', async (t) => {
      const gate = new Gate()
      let begun = 0
      const { client, serve } = await unserved(t, scheme, async (request, response) => {
        begun++
        await gate.pass()
        response.end(request.url)
      })
      const one = await client()
      for (const path of ['/a', '/b', '/c']) one.get(path)
      await eventually('three handlers are at work', () => begun === 3)
      const adapter = serve()
      const drained = adapter.drain()
      await eventually('the listener is closed', () => !adapter.isListening())
      gate.open()
      assert.equal((await within(5_000, 'the third answer', one.response(3))).body, '/c')
      await within(5_000, 'the drain', drained)
    })

    test('closes the connections that are idle, and asks one that is used again to close', async (t) => {
      const { client, serve } = await unserved(t, scheme, (_request, response) => response.end('ok'))
      const [idle, again, unused] = [await client(), await client(), await client()]
      for (const used of [idle, again]) {
        used.get()
        await used.response()
      }
      const adapter = serve()
      assert.deepEqual(connectionsOf(adapter), { active: 0, idle: 3 })
      adapter.announceClose()
      again.get()
      assert.equal((await within(5_000, 'the answer', again.response(2))).headers['connection'], 'close')
      await within(5_000, 'the drain', adapter.drain())
      for (const closed of [idle, again, unused]) await within(5_000, 'the end', closed.ended())
    })
  })
}
