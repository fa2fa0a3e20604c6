import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import { within } from '../../../helpers/eventually.ts'
import { listen } from '../../../helpers/listen.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { drainable, tls } from '../setup.ts'
import { askForWebSocket, goingAway, switching, untilReceived } from './upgrade-setup.ts'

/** Copies the bytes of both directions in small pieces, one a turn, as a slow upstream has them come. */
function crawl(from: Socket, to: Duplex, size: number): void {
  const pieces: Buffer[] = []
  let isRunning = false
  const next = (): void => {
    const piece = pieces.shift()
    isRunning = piece !== undefined
    if (piece === undefined) return
    to.write(piece)
    setImmediate(next)
  }
  from.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; at += size) pieces.push(data.subarray(at, at + size))
    if (!isRunning) next()
  })
}

for (const isSecure of [false, true]) {
  test(`behind a proxy that writes a message in many pieces every client gets whole messages and 1001 (${isSecure ? 'https' : 'http'})`, async (t) => {
    const upstream = createServer()
    const sockets = new WebSocketServer({ server: upstream, perMessageDeflate: { threshold: 0 } })
    const text = 'x'.repeat(1_000) + Math.random()
    sockets.on('connection', (socket) => {
      const feed = setInterval(() => socket.send(text), 1)
      socket.on('close', () => clearInterval(feed))
    })
    const target = await listen(t, upstream)
    const proxy = isSecure ? createTlsServer(tls) : createServer()
    proxy.on('upgrade', (request, socket: Duplex, head: Buffer) => {
      const back = connect(target.port, target.host, () => {
        const headers = request.rawHeaders.map((value, n) => (n % 2 ? `${value}\r\n` : `${value}: `)).join('')
        back.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`)
        back.write(head)
        socket.pipe(back)
      })
      crawl(back, socket, 7)
      back.on('end', () => socket.end())
      for (const one of [back, socket]) one.on('error', () => back.destroy())
      socket.on('close', () => back.destroy())
    })
    const { adapter, port } = await drainable(t, proxy)
    const clients = Array.from({ length: 10 }, () => {
      const scheme = isSecure ? 'wss' : 'ws'
      return new WebSocket(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false })
    })
    const ends = clients.map((client) => {
      let whole = 0
      const enough = Promise.withResolvers<void>()
      client.on('error', enough.reject)
      client.on('message', (data) => {
        assert.equal((data as Buffer).toString(), text)
        if (++whole === 5) enough.resolve()
      })
      const code = new Promise<number>((resolve) => client.on('close', resolve))
      return { enough: enough.promise, code }
    })
    await within(10_000, 'messages', Promise.all(ends.map(({ enough }) => enough)))
    const drained = adapter.drain()
    const codes = await within(10_000, 'closes', Promise.all(ends.map(({ code }) => code)))
    assert.deepEqual(
      codes,
      Array.from({ length: 10 }, () => 1001),
    )
    await within(10_000, 'drain', drained)
  })
}

test('a client that is let go over TLS after the application’s own close frame', async (t) => {
  const server = createTlsServer(tls)
  server.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => {})
    socket.write(switching)
    socket.write(Buffer.from(goingAway, 'latin1'))
  })
  const { adapter, port } = await drainable(t, server)
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  t.after(() => socket.destroy())
  const client = new RawClient(socket)
  client.send(askForWebSocket)
  await untilReceived(client, goingAway)
  await within(5_000, 'drain', adapter.drain())
  assert.equal(client.received.slice(switching.length), goingAway)
})
