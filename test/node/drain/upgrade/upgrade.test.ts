import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { within } from '../../../helpers/eventually.ts'
import { drainable } from '../setup.ts'

const upgrade = 'GET /chat HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'

function echoServer(onSocket: (socket: Duplex) => void = () => {}): Server {
  const server = createServer((_, response) => response.end('plain'))
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.on('data', (data) => socket.write(data))
    socket.on('end', () => socket.end())
    socket.on('error', () => {})
    onSocket(socket)
  })
  return server
}

test('WebSockets get a close frame 1001 and their answer is waited for (trap 22, 23)', async (t) => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)))
  const { adapter, port } = await drainable(t, server)
  const clients = Array.from({ length: 5 }, () => new WebSocket(`ws://127.0.0.1:${port}`))
  await Promise.all(clients.map((client) => once(client, 'open')))
  assert.equal(adapter.snapshot().inFlight.upgrade, 5)
  const closes = clients.map((client) => once(client, 'close'))
  await within(3_000, 'drain', adapter.drain())
  for (const close of closes) assert.equal((await close)[0], 1001)
  assert.equal(adapter.snapshot().inFlight.upgrade, 0)
})

test('a WebSocket client that never answers the close frame is let go', async (t) => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const { adapter, client } = await drainable(t, server)
  const mute = await client()
  const connected = once(sockets, 'connection')
  mute.send(
    'GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await connected
  await within(5_000, 'drain', adapter.drain())
  assert.ok(mute.received.endsWith('\x88\x02\x03\xe9'), 'the close frame with 1001')
})

test('a message that was sent before the close frame still arrives', async (t) => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const { adapter, port } = await drainable(t, server)
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const [peer] = (await once(sockets, 'connection')) as [WebSocket]
  const received: string[] = []
  client.on('message', (data) => received.push((data as Buffer).toString()))
  const close = once(client, 'close')
  peer.send('last words')
  await within(3_000, 'drain', adapter.drain())
  assert.equal((await close)[0], 1001)
  assert.deepEqual(received, ['last words'])
})

test('upgrades that come in the drain are refused with 503, in the delay they are served', async (t) => {
  const { adapter, client } = await drainable(t, echoServer())
  const [early, late] = [await client(), await client()]
  adapter.announceClose()
  early.send(upgrade)
  await early.until(() => early.received.includes('101'))
  late.send('GET /chat HTT')
  const other = await client()
  other.get()
  await other.response()
  const drained = adapter.drain()
  await other.ended()
  while (adapter.isListening()) await new Promise((resolve) => setImmediate(resolve))
  late.send(upgrade.slice('GET /chat HTT'.length))
  await late.until(() => late.received.includes('\r\n\r\n'))
  assert.match(late.received, /^HTTP\/1\.1 503 /)
  assert.match(late.received, /Connection: close/)
  early.close()
  await within(3_000, 'drain', drained)
})

test('closeHandshake() ends an upgraded connection in its own protocol', async (t) => {
  const { adapter, client } = await drainable(t, echoServer(), {
    closeHandshake: (socket, request) => {
      assert.equal(request?.url, '/chat')
      socket.end('BYE\n')
    },
  })
  const one = await client()
  one.send(upgrade)
  await one.until(() => one.received.includes('101'))
  await within(3_000, 'drain', adapter.drain())
  assert.equal(await one.ended(), 'end')
  assert.match(one.received, /BYE\n$/)
})

test('an upgraded connection without a close handshake is waited for, and counted when it is force-closed', async (t) => {
  const { adapter, client } = await drainable(t, echoServer())
  const one = await client()
  one.send(upgrade)
  await one.until(() => one.received.includes('101'))
  void adapter.drain()
  while (adapter.isListening()) await new Promise((resolve) => setImmediate(resolve))
  one.send('still here')
  await one.until(() => one.received.includes('still here'))
  assert.deepEqual(
    adapter.forceClose().map(({ kind, label }) => [kind, label]),
    [['upgrade', 'GET /chat']],
  )
})

test('a CONNECT tunnel counts as upgraded (trap 25)', async (t) => {
  const server = createServer()
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
  })
  const { adapter, client } = await drainable(t, server)
  const one = await client()
  one.send('CONNECT example:443 HTTP/1.1\r\nHost: example\r\n\r\n')
  await one.until(() => one.received.includes('200'))
  assert.equal(adapter.snapshot().inFlight.upgrade, 1)
})

test('a server without upgrade listeners treats an upgrade as a request, as before', async (t) => {
  const server = createServer((_, response) => response.end('plain'))
  const { client } = await drainable(t, server)
  const one = await client()
  one.send(upgrade)
  assert.equal((await one.response()).body, 'plain')
  const listener = (): void => assert.fail('was taken away')
  server.on('upgrade', listener)
  server.removeListener('upgrade', listener)
  assert.equal(server.listenerCount('upgrade'), 0)
  one.send(upgrade)
  assert.equal((await one.response(2)).body, 'plain')
})
