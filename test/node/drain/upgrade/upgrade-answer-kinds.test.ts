import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import { suite, test } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { drainable, Gate, tls } from '../setup.ts'
import {
  askForWebSocket,
  askUpgrade,
  beginDrain,
  frameOf,
  goingAway,
  goingAwayToo,
  silentServer,
  switching,
  untilReceived,
} from './upgrade-setup.ts'

suite('what an upgrade becomes', () => {
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
