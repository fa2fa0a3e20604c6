import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2, createSecureServer, type Http2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect as connectRaw, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { connect, createServer as createTlsServer } from 'node:tls'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { connectGated } from './gated-tls.ts'
import { contextOf, drainable, tls } from '../setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

/** Enough time for a client on a busy machine: an open handshake may be silent for a second longer. */
const shutdownDelayMs = 2_000

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'

/** Each answers a GET over HTTP/1 inside TLS. */
const servers = {
  'https.Server': () => createHttpsServer(tls, (_, response) => response.end('ok')) as Server,
  'Http2SecureServer with allowHTTP1': () => {
    const server = createSecureServer({ ...tls, allowHTTP1: true })
    server.on('request', (_, response) => void response.end('ok'))
    return server as unknown as Server
  },
  'tls.Server': () =>
    createTlsServer(tls, (socket) => socket.on('error', () => {}).once('data', () => socket.end(answer))),
}

/** Remembers whether a promise is settled. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false }
  void promise.then(() => (state.settled = true))
  return state
}

for (const [kind, create] of Object.entries(servers)) {
  test(`${kind}: the drain waits for a handshake that is under way, and what is asked behind it is answered`, async (t) => {
    const { adapter, port, server } = await drainable(t, create(), { shutdownDelayMs })
    const accepted = once(server, 'connection')
    const client = await connectGated(t, { port, host: '127.0.0.1' })
    const [raw] = (await accepted) as [Socket]
    client.begin(10)
    await eventually('the handshake has begun', () => raw.bytesRead > 0)
    const drained = adapter.drain()
    const state = watch(drained)
    await eventually('the listener is closed', () => !server.listening)
    assert.deepEqual([state.settled, raw.destroyed], [false, false])
    const secured = once(server, 'secureConnection')
    const secure = new RawClient(await client.finish())
    await secured
    assert.equal(state.settled, false, 'the drain ended before the handshake')
    secure.get()
    assert.equal((await within(5_000, 'answer', secure.response())).body, 'ok')
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: a handshake that makes no progress does not hold the drain`, async (t) => {
    const { adapter, port, server } = await drainable(t, create())
    const accepted = once(server, 'connection')
    const client = await connectGated(t, { port, host: '127.0.0.1' })
    const [raw] = (await accepted) as [Socket]
    client.begin(10)
    await eventually('the handshake has begun', () => raw.bytesRead > 0)
    await within(5_000, 'drain', adapter.drain())
    assert.equal(raw.destroyed, true)
  })

  test(`${kind}: a connection that somebody hands over in the drain does not hold it`, async (t) => {
    const { adapter, port, server } = await drainable(t, create())
    const front = createTcpServer()
    front.listen(0, '127.0.0.1')
    await once(front, 'listening')
    t.after(() => front.close())
    const holding = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
    t.after(() => holding.destroy())
    const secured = once(server, 'secureConnection')
    await once(holding, 'secureConnect')
    await secured
    holding.write('GET / HT')
    const handed = once(front, 'connection')
    const stalled = connectRaw((front.address() as { port: number }).port, '127.0.0.1')
    t.after(() => stalled.destroy())
    const [raw] = (await handed) as [Socket]
    const drained = adapter.drain()
    await eventually('the listener is closed', () => !server.listening)
    server.emit('connection', raw)
    holding.destroy()
    await within(5_000, 'drain', drained)
    assert.equal(raw.destroyed, true)
  })
}

test('tls.Server: a connection whose handshake ends after all others are closed, and that is never used, is closed', async (t) => {
  const { adapter, port, server } = await drainable(t, servers['tls.Server']())
  const accepted = once(server, 'connection')
  const client = await connectGated(t, { port, host: '127.0.0.1' })
  const unused = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' })
  unused.on('error', () => {})
  t.after(() => unused.destroy())
  const secured = once(server, 'secureConnection')
  await Promise.all([once(unused, 'secureConnect'), accepted, secured])
  const drained = adapter.drain()
  unused.resume()
  // The sweep has been.
  await within(5_000, 'close of the unused connection', once(unused, 'close'))
  const secure = await client.finish()
  secure.resume()
  await within(5_000, 'drain', drained)
})

test('https over a unix socket: of two handshakes each is waited for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastcall-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'app.sock')
  const server = createHttpsServer(tls, (_, response) => response.end('ok'))
  server.listen(path)
  await once(server, 'listening')
  const adapter = adapterFor(server, contextOf({ shutdownDelayMs }))
  t.after(() => {
    adapter.forceClose()
    adapter.release()
  })
  let accepted = 0
  server.on('connection', () => accepted++)
  const [one, other] = [await connectGated(t, { path }), await connectGated(t, { path })]
  await eventually('both are accepted', () => accepted === 2)
  const drained = adapter.drain()
  const state = watch(drained)
  const secured = once(server, 'secureConnection')
  const first = new RawClient(await one.finish())
  await secured
  assert.equal(adapter.snapshot().connections.idle, 2)
  first.get()
  await first.response()
  first.close()
  const second = new RawClient(await other.finish())
  assert.equal(state.settled, false, 'the drain ended before the second handshake')
  second.get()
  assert.equal((await within(5_000, 'answer', second.response())).body, 'ok')
  await within(5_000, 'drain', drained)
})

test('https over a stream that is no socket: its handshake is over for the drain when it is over', async (t) => {
  const server = createHttpsServer(tls, (_, response) => response.end('ok'))
  const { adapter } = await drainable(t, server)
  const [near, far] = duplexPair()
  const [, stalled] = duplexPair()
  server.emit('connection', far)
  server.emit('connection', stalled)
  assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 2 })
  const secured = once(server, 'secureConnection')
  const socket = connect({ socket: near as Socket, ca: tls.cert, servername: 'localhost' })
  t.after(() => socket.destroy())
  const client = new RawClient(socket)
  const [secure] = await secured
  client.get()
  assert.equal((await within(5_000, 'answer', client.response())).body, 'ok')
  await eventually('it is idle', () => adapter.snapshot().inFlight.request === 0)
  assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 2 }, 'a connection is counted once')
  await within(5_000, 'drain', adapter.drain())
  assert.equal(secure.destroyed, true)
})

test('https over a stream that is no socket: a handshake that never ends does not hold the drain', async (t) => {
  const server = createHttpsServer(tls)
  const { adapter } = await drainable(t, server)
  const [, far] = duplexPair()
  server.emit('connection', far)
  await within(5_000, 'drain', adapter.drain())
  assert.equal(far.destroyed, true)
})

test('h2: a session whose handshake ends in the drain is served', async (t) => {
  const server = createSecureServer(tls) as unknown as Http2Server
  server.on('stream', (stream) => stream.end('ok'))
  const { adapter, port } = await drainable(t, server, { shutdownDelayMs })
  const accepted = once(server, 'connection')
  const raw = connectRaw(port, '127.0.0.1')
  t.after(() => raw.destroy())
  await accepted
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  const session = connectHttp2('https://localhost', {
    createConnection: () =>
      connect({ socket: raw, ca: tls.cert, servername: 'localhost', ALPNProtocols: ['h2'] }),
  })
  session.on('error', () => {})
  t.after(() => session.destroy())
  const stream = session.request({ ':path': '/' }).setEncoding('utf8')
  const [body] = await within(5_000, 'answer', once(stream, 'data'))
  assert.equal(body, 'ok')
  stream.resume()
  await within(5_000, 'drain', drained)
})
