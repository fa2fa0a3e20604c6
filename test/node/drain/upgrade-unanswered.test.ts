import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import type { Duplex } from 'node:stream'
import { suite, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { drainable, Gate, tls, within } from './setup.ts'
import {
  askForWebSocket,
  askUpgrade,
  beginDrain,
  frameOf,
  goingAway,
  goingAwayToo,
  switching,
  untilReceived,
} from './upgrade-setup.ts'

/** A server that leaves upgrades to the test. */
function silentServer(): Server {
  const server = createServer((_, response) => response.end('plain'))
  for (const event of ['upgrade', 'connect']) server.on(event, () => {})
  return server
}

const unauthorized = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno'

suite('an upgrade is a request until it is answered', () => {
  test('the client of one that is answered in the drain gets its 101 first, and then 1001', async (t) => {
    const server = createServer()
    const sockets = new WebSocketServer({ noServer: true })
    const gate = new Gate()
    server.on('upgrade', (request, socket, head) => {
      void gate.pass().then(() => sockets.handleUpgrade(request, socket, head, () => {}))
    })
    const { adapter, port } = await drainable(t, server)
    const client = new WebSocket(`ws://127.0.0.1:${port}`)
    const events: string[] = []
    client.on('open', () => events.push('open'))
    const closed = new Promise<void>((resolve, reject) => {
      client.on('error', reject)
      client.on('close', (code) => {
        events.push(`close ${code}`)
        resolve()
      })
    })
    await within(5_000, 'upgrade', gate.entered)
    const { drained } = await beginDrain(adapter)
    gate.open()
    await within(5_000, 'close', closed)
    assert.deepEqual(events, ['open', 'close 1001'])
    await within(5_000, 'drain', drained)
  })

  test('one that is refused in the drain gets the whole of its 401, and nothing else', async (t) => {
    const server = createServer()
    const gate = new Gate()
    const sockets = new WebSocketServer({
      server,
      verifyClient: (_info: unknown, done: (ok: boolean, status: number) => void) => {
        void gate.pass().then(() => done(false, 401))
      },
    })
    t.after(() => sockets.close())
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    one.send(askForWebSocket)
    await within(5_000, 'upgrade', gate.entered)
    const { drained } = await beginDrain(adapter)
    gate.open()
    const { status, body } = await within(5_000, 'response', one.response())
    assert.deepEqual([status, body], [401, 'Unauthorized'])
    assert.equal(await within(5_000, 'end', one.ended()), 'end')
    assert.doesNotMatch(one.received, /\x88/)
    await within(5_000, 'drain', drained)
  })

  test('it is counted as a request, then as an upgrade', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const { socket } = await askUpgrade(server, await client())
    const { inFlight, connections } = adapter.snapshot()
    assert.deepEqual(inFlight, { request: 1, stream: 0, upgrade: 0 })
    assert.deepEqual(connections, { active: 1, idle: 0 })
    for (const piece of [switching.slice(0, 5), switching.slice(5, 30), switching.slice(30, -2)]) {
      socket.write(piece)
      assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    }
    socket.write(switching.slice(-2))
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 0 })
  })

  test('one that is never answered is cut at the deadline and reported as a request, without its query', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    await askUpgrade(server, one)
    await beginDrain(adapter)
    const cut = adapter.cut()
    assert.deepEqual(
      cut.map(({ kind, label }) => [kind, label]),
      [['request', 'GET /chat']],
    )
    assert.equal(await within(5_000, 'end', one.ended()), 'reset')
    assert.equal(one.received, '')
  })

  test('a refusal that is not written out is cut as a request, one that is out is not reported', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const [half, whole] = [await client({ allowHalfOpen: true }), await client({ allowHalfOpen: true })]
    const halfAnswered = await askUpgrade(server, half)
    halfAnswered.socket.write(unauthorized.slice(0, -1))
    const answered = await askUpgrade(server, whole)
    answered.socket.end(unauthorized)
    await within(5_000, 'finish', once(answered.socket, 'finish'))
    assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 1 })
    await beginDrain(adapter)
    assert.deepEqual(
      adapter.cut().map(({ kind }) => kind),
      ['request'],
    )
    assert.equal(await within(5_000, 'response', whole.response()).then(({ status }) => status), 401)
  })

  for (const isEarly of [true, false]) {
    test(`a client that does not close after its refusal ${isEarly ? 'before' : 'in'} the drain is let go`, async (t) => {
      const server = silentServer()
      const { adapter, client } = await drainable(t, server)
      const one = await client({ allowHalfOpen: true })
      const { socket } = await askUpgrade(server, one)
      const answer = (): unknown => socket.end(unauthorized)
      if (isEarly) answer()
      const { drained } = await beginDrain(adapter)
      if (!isEarly) answer()
      await within(5_000, 'drain', drained)
      assert.equal((await one.response()).body, 'no')
    })
  }

  test('a tunnel is a request until a 2xx is out, and is then waited for without a word', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const head = 'CONNECT example:443 HTTP/1.1\r\nHost: example\r\n\r\n'
    const { socket } = await askUpgrade(server, one, head)
    assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    const { drained } = await beginDrain(adapter)
    socket.write('HTTP/1.1 204 Go\r\n\r\n')
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    socket.end('through the tunnel')
    assert.equal(await within(5_000, 'end', one.ended()), 'end')
    assert.ok(one.received.endsWith('\r\n\r\nthrough the tunnel'))
    one.close()
    await within(5_000, 'drain', drained)
  })

  test('a 101 to another protocol than WebSocket gets no close frame, whatever was asked for', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const head = askForWebSocket.replace('Upgrade: websocket', 'Upgrade: echo, websocket')
    const { socket } = await askUpgrade(server, one, head)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n')
    const other = await client()
    const websocket = await askUpgrade(server, other)
    websocket.socket.write(switching)
    await beginDrain(adapter)
    await untilReceived(other, goingAway)
    socket.end('bye')
    assert.equal(await within(5_000, 'end', one.ended()), 'end')
    assert.ok(one.received.endsWith('\r\n\r\nbye'))
  })

  test('the response to an earlier request on its connection is no answer to it', async (t) => {
    const slow = Promise.withResolvers<ServerResponse>()
    const server = createServer((_, response) => slow.resolve(response))
    server.on('upgrade', () => {})
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    one.get('/slow')
    const response = await slow.promise
    const { socket } = await askUpgrade(server, one)
    response.end('first')
    assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    socket.write(switching)
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    await beginDrain(adapter)
    await untilReceived(one, goingAway)
    assert.ok(one.received.endsWith(`first${switching}${goingAway}`))
  })

  test('one in the same packet as a request that is answered at once becomes a WebSocket', async (t) => {
    const server = createServer((_, response) => response.end('first'))
    server.on('upgrade', () => {})
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const { socket } = await askUpgrade(server, one, `GET / HTTP/1.1\r\nHost: test\r\n\r\n${askForWebSocket}`)
    socket.write(switching)
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    await beginDrain(adapter)
    await untilReceived(one, goingAway)
    assert.ok(one.received.endsWith(`first${switching}${goingAway}`))
  })

  test('its goodbye comes when it has become an upgrade, and not before', async (t) => {
    const server = silentServer()
    const urls: unknown[] = []
    const goodbye = (socket: Duplex, request: IncomingMessage | null): void => {
      urls.push(request?.url)
      socket.end(Buffer.from(goingAway, 'latin1'))
    }
    const { adapter, client } = await drainable(t, server, { goodbye })
    const [early, late] = [await client(), await client()]
    const first = await askUpgrade(server, early)
    first.socket.write(switching)
    const second = await askUpgrade(server, late, askForWebSocket.replace('/chat', '/late'))
    await beginDrain(adapter)
    await untilReceived(early, goingAway)
    assert.deepEqual(urls, ['/chat?token=secret'])
    second.socket.write(switching)
    await untilReceived(late, goingAway)
    assert.deepEqual(urls, ['/chat?token=secret', '/late?token=secret'])
  })

  test('one that comes after the announcement is a late request, served in the delay and refused in the drain', async (t) => {
    const server = silentServer()
    const drained = await drainable(t, server)
    const [early, between, late] = [await drained.client(), await drained.client(), await drained.client()]
    await askUpgrade(server, early)
    assert.equal(drained.late, 0)
    drained.adapter.announceClose()
    await askUpgrade(server, between)
    assert.equal(drained.late, 1)
    late.send(askForWebSocket.slice(0, 30))
    await beginDrain(drained.adapter)
    late.send(askForWebSocket.slice(30))
    assert.equal((await within(5_000, 'response', late.response())).status, 503)
    assert.equal(drained.late, 2)
  })

  test('one with a body that is still being sent becomes a WebSocket like any other', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const head = askForWebSocket.replace('Host: test', 'Host: test\r\nContent-Length: 4')
    const { socket } = await askUpgrade(server, one, `${head}bo`)
    assert.deepEqual(adapter.snapshot().inFlight, { request: 1, stream: 0, upgrade: 0 })
    const { drained } = await beginDrain(adapter)
    one.send('dy')
    socket.write(switching)
    socket.on('end', () => socket.end()).resume()
    await untilReceived(one, goingAway)
    one.socket.end(goingAwayToo, 'latin1')
    await within(5_000, 'drain', drained)
  })

  test('frames that come in the same write as the 101 arrive, and 1001 after them', async (t) => {
    const server = silentServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const { socket } = await askUpgrade(server, one)
    const message = frameOf('welcome')
    await beginDrain(adapter)
    socket.write(Buffer.concat([Buffer.from(switching), message.subarray(0, 3)]))
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 0, upgrade: 1 })
    await untilReceived(one, '\r\n\r\n\x81')
    socket.write(message.subarray(3))
    await untilReceived(one, goingAway)
    assert.ok(one.received.endsWith(`\x81\x07welcome${goingAway}`))
  })

  test('CONNECT over HTTP/2, also for a WebSocket (RFC 8441), is a stream and stays one', async (t) => {
    const server = createSecureServer({ ...tls, allowHTTP1: true, settings: { enableConnectProtocol: true } })
    // Without one Node emits no 'connect' for HTTP/2.
    server.on('request', (_request, response) => response.end())
    const gate = new Gate()
    server.on('connect', (_request, response) => {
      response.flushHeaders()
      void gate.pass().then(() => response.end('through'))
    })
    const { adapter, port } = await drainable(t, server)
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    t.after(() => session.destroy())
    await within(5_000, 'settings', once(session, 'remoteSettings'))
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'https',
      ':path': '/chat',
      ':authority': 'example',
    })
    t.after(() => stream.destroy())
    await within(5_000, 'connect', gate.entered)
    assert.deepEqual(adapter.snapshot().inFlight, { request: 0, stream: 1, upgrade: 0 })
    const { drained } = await beginDrain(adapter)
    gate.open()
    stream.setEncoding('latin1')
    const body = (await within(5_000, 'body', stream.toArray())).join('')
    assert.equal(body, 'through')
    stream.end()
    await within(5_000, 'drain', drained)
  })
})
