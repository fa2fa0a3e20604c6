import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import { connect as connectRaw } from 'node:net'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { within } from '../../../helpers/eventually.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { drainable, Gate, type Handler, tls } from '../setup.ts'

/** Servers that speak HTTP/1 inside TLS. */
const servers = {
  'https.Server': (listener: Handler) =>
    createServer(tls, (request, response) => void listener(request, response)),
  'Http2SecureServer with allowHTTP1': (listener: Handler) => {
    const server = createSecureServer({ ...tls, allowHTTP1: true })
    // For an HTTP/1 client these are the same objects as those of https.
    server.on('request', (request, response) => void listener(request as never, response as never))
    return server
  },
}

async function secureClient(port: number): Promise<RawClient> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
  await once(socket, 'secureConnect')
  return new RawClient(socket)
}

for (const [kind, create] of Object.entries(servers)) {
  test(`${kind}: a request in flight finishes and says close (trap 16, 20)`, async (t) => {
    const gate = new Gate()
    const { adapter, port } = await drainable(
      t,
      create(async (_, response) => {
        await gate.pass()
        response.end('done')
      }),
    )
    const client = await secureClient(port)
    client.get()
    await gate.entered
    assert.equal(adapter.snapshot().inFlight.request, 1)
    const drained = adapter.drain()
    gate.open()
    const response = await client.response()
    assert.equal(response.body, 'done')
    assert.equal(response.headers['connection'], 'close')
    await within(3_000, 'drain', drained)
  })

  test(`${kind}: forceClose() closes a connection that was never used, and does not count it`, async (t) => {
    const { adapter, port, server } = await drainable(
      t,
      create((_, response) => response.end('ok')),
    )
    const secured = once(server, 'secureConnection')
    const unused = await secureClient(port)
    t.after(() => unused.close())
    await secured
    assert.deepEqual(adapter.forceClose(), [])
    await within(5_000, 'its end', unused.ended())
  })

  test(`${kind}: idle, unused and half-open connections do not hold the drain`, async (t) => {
    const {
      adapter,
      port,
      client: rawClient,
    } = await drainable(
      t,
      create((_, response) => response.end('ok')),
    )
    const idle = await secureClient(port)
    idle.get()
    await idle.response()
    const unused = await secureClient(port)
    const halfOpen = await rawClient()
    halfOpen.send('\x16\x03\x01')
    await within(3_000, 'drain', adapter.drain())
    for (const client of [idle, unused, halfOpen]) assert.notEqual(await client.ended(), 'open')
  })

  test(`${kind}: a handshake that ends after the idle connections were closed does not hold the drain`, async (t) => {
    const { adapter, port } = await drainable(
      t,
      create((_, response) => response.end('ok')),
    )
    const idle = await secureClient(port)
    idle.get()
    await idle.response()
    const raw = connectRaw(port, '127.0.0.1')
    await once(raw, 'connect')
    const drained = adapter.drain()
    await idle.ended()
    const secure = connect({ socket: raw, ca: tls.cert, servername: 'localhost' })
    t.after(() => secure.destroy())
    await once(secure, 'secureConnect')
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: an idle connection is served once more in the delay, with close`, async (t) => {
    const { adapter, port } = await drainable(
      t,
      create((_, response) => response.end('ok')),
    )
    const idle = await secureClient(port)
    idle.get()
    await idle.response()
    adapter.announceClose()
    idle.get()
    assert.equal((await idle.response(2)).headers['connection'], 'close')
    assert.equal(await idle.ended(), 'end')
  })

  test(`${kind}: forceClose() resets a body without a length`, async (t) => {
    const { adapter, port } = await drainable(
      t,
      create((_, response) => (response as { write(text: string): unknown }).write('half')),
    )
    const client = await secureClient(port)
    client.send('GET /export HTTP/1.0\r\n\r\n')
    await client.until(() => client.received.includes('half'))
    const forced = adapter.forceClose()
    assert.equal(await client.ended(), 'reset')
    assert.deepEqual(
      forced.map(({ kind: what, label }) => [what, label]),
      [['request', 'GET /export']],
    )
  })
}
