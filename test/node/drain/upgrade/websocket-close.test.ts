import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'
import { within } from '../../../helpers/eventually.ts'
import { drainable } from '../setup.ts'

const upgrade =
  'GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
const goingAway = '\x88\x02\x03\xe9'
/** The same, masked with zeros as a client has to. */
const answered = '\x88\x82\0\0\0\0\x03\xe9'

test('nothing follows the close frame: neither what the application goes on sending nor its library’s own close frame', async (t) => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const { adapter, client } = await drainable(t, server)
  const raw = await client()
  const connected = once(sockets, 'connection')
  raw.send(upgrade)
  const [peer] = (await connected) as [WebSocket]
  let sent = 0
  const feed = setInterval(() => peer.send('news', () => sent++), 1)
  t.after(() => clearInterval(feed))
  const drained = adapter.drain()
  await raw.until(() => raw.received.includes(goingAway))
  const before = sent
  while (sent < before + 5) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(peer.readyState, peer.OPEN)
  raw.socket.write(answered, 'latin1')
  assert.equal(await raw.ended(), 'end')
  await within(3_000, 'drain', drained)
  assert.deepEqual(raw.received.split(goingAway).slice(1), [''])
})

test('a WebSocket gets its close frame although the application’s listener stands in front of ours', async (t) => {
  const server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  const { adapter, client } = await drainable(t, server)
  server.prependListener('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (peer) => peer.send('hello')),
  )
  const raw = await client()
  raw.send(upgrade)
  await raw.until(() => raw.received.includes('hello'))
  const drained = adapter.drain()
  await within(
    5_000,
    'the close frame',
    raw.until(() => raw.received.endsWith(goingAway)),
  )
  raw.socket.write(answered, 'latin1')
  assert.equal(await raw.ended(), 'end')
  await within(3_000, 'drain', drained)
})
