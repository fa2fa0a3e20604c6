import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { suite, test, type TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import type { Child } from '../../helpers/child.ts'
import { within } from '../../helpers/eventually.ts'
import { listen } from '../../helpers/listen.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { askForWebSocket, frameOf } from '../../node/drain/upgrade/upgrade-setup.ts'
import { portOf, runApp } from './setup.ts'

const app = '../../contract/apps/websocket-proxy/server.mjs'

/** What a client of Node's own, which is as strict as a browser, has seen in the end. */
interface Seen {
  readonly messages: readonly string[]
  readonly code: number
}

interface Client {
  readonly socket: WebSocket
  readonly messages: string[]
  readonly seen: Promise<Seen>
}

function open(t: TestContext, port: number, path = '/'): Client {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
  const messages: string[] = []
  socket.addEventListener('message', ({ data }) => messages.push(data as string))
  const seen = new Promise<Seen>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve({ messages, code }))
  })
  t.after(() => socket.close())
  return { socket, messages, seen: within(20_000, 'close', seen) }
}

/** Starts the proxy, in front of this server. */
async function proxyOf(
  t: TestContext,
  proxy: string,
  upstream: Server,
): Promise<{ child: Child; port: number }> {
  const { port: target } = await listen(t, upstream)
  const env = { PROXY: proxy, TARGET: `http://127.0.0.1:${target}`, LASTCALL_SHUTDOWN_DELAY: '0s' }
  const child = runApp(t, app, { env })
  return { child, port: await within(20_000, 'the proxy', portOf(child)) }
}

/** Says yes to an upgrade, by hand. */
function accept(request: IncomingMessage, socket: Duplex): void {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const hash = createHash('sha1').update(key).digest('base64')
  const head = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${hash}`
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}\r\n\r\n`)
}

/** A server whose upgrades the test answers, by their path. */
function upstreamOf(): { server: Server; upgrade(path: string): Promise<[IncomingMessage, Duplex]> } {
  const server = createServer()
  const arrivals = new Map<string, PromiseWithResolvers<[IncomingMessage, Duplex]>>()
  const arrival = (path: string): PromiseWithResolvers<[IncomingMessage, Duplex]> => {
    const known = arrivals.get(path) ?? Promise.withResolvers<[IncomingMessage, Duplex]>()
    arrivals.set(path, known)
    return known
  }
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {})
    socket.on('end', () => socket.end()).resume()
    arrival(request.url ?? '').resolve([request, socket])
  })
  return { server, upgrade: (path) => within(10_000, path, arrival(path).promise) }
}

for (const proxy of ['http-proxy', 'http-proxy-3', 'httpxy']) {
  suite(`WebSockets behind ${proxy}, unchanged`, { concurrency: 2 }, () => {
    test('a message that is under way when the drain begins arrives whole, and 1001 behind it', async (t) => {
      const { server, upgrade } = upstreamOf()
      const { child, port } = await proxyOf(t, proxy, server)
      const [busy, idle] = [open(t, port, '/busy'), open(t, port, '/idle')]
      const text = 'half of it, and '.repeat(20) + 'the rest'
      const frame = frameOf(text)
      const [[request, socket], [idleRequest, idleSocket]] = await Promise.all([
        upgrade('/busy'),
        upgrade('/idle'),
      ])
      accept(request, socket)
      socket.write(frameOf('first'))
      await within(5_000, 'first', once(busy.socket, 'message'))
      socket.write(frame.subarray(0, 100))
      accept(idleRequest, idleSocket)
      await within(5_000, 'open', once(idle.socket, 'open'))
      child.kill('SIGTERM')
      assert.equal((await idle.seen).code, 1001)
      socket.write(frame.subarray(100))
      assert.deepEqual(await busy.seen, { messages: ['first', text], code: 1001 })
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
      assert.equal(child.report().clean, true)
    })

    test('streams of messages larger than any buffer: every one arrives whole, and every client gets 1001', async (t) => {
      const server = createServer()
      const sockets = new WebSocketServer({ server })
      const text = 'x'.repeat(300_000)
      sockets.on('connection', (socket) => {
        const next = (): void => socket.send(text, (error) => void (error ?? setImmediate(next)))
        next()
      })
      const { child, port } = await proxyOf(t, proxy, server)
      const clients = Array.from({ length: 5 }, () => open(t, port))
      for (const { socket } of clients) await within(10_000, 'message', once(socket, 'message'))
      child.kill('SIGTERM')
      for (const { seen } of clients) {
        const { messages, code } = await seen
        assert.equal(code, 1001)
        assert.ok(messages.length > 0 && messages.every((message) => message === text))
      }
      assert.deepEqual(await child.exit(), { code: 0, signal: null })
    })

    test('upgrades that are not answered when the drain begins get their 101 and then 1001, or their 401', async (t) => {
      const { server, upgrade } = upstreamOf()
      const { child, port } = await proxyOf(t, proxy, server)
      const [allowed, idle] = [open(t, port, '/allowed'), open(t, port, '/idle')]
      const refused = await RawClient.connect(port)
      t.after(() => refused.close())
      refused.send(askForWebSocket.replace('/chat?token=secret', '/refused'))
      const [allowedUpgrade, refusedUpgrade] = await Promise.all([upgrade('/allowed'), upgrade('/refused')])
      accept(...(await upgrade('/idle')))
      await within(5_000, 'open', once(idle.socket, 'open'))
      child.kill('SIGTERM')
      // Its turn is behind theirs, who have asked before it.
      assert.equal((await idle.seen).code, 1001)
      accept(...allowedUpgrade)
      const response = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno'
      refusedUpgrade[1].end(response)
      assert.deepEqual(await allowed.seen, { messages: [], code: 1001 })
      assert.equal((await within(10_000, '401', refused.response())).status, 401)
      assert.doesNotMatch(refused.received, /101|503/)
      assert.deepEqual(await within(20_000, 'exit', child.exit()), { code: 0, signal: null })
    })
  })
}
