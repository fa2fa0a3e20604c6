import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { WebSocketClient } from '../../../../src/load/lanes/websocket/client.ts'
import { readClocks, type Target } from '../../../../src/load/sample.ts'
import { listen } from '../../../helpers/listen.ts'

const place = { path: '/ws', headers: { host: 'localhost' }, timeoutMs: 5_000 }
const identify = (id: string) =>
  ({ lane: 'websocket', id, method: 'GET', path: '/ws', scheduledAt: readClocks() }) as const

function echo(socket: WebSocket): void {
  socket.on('message', (bytes: Buffer) => socket.send(bytes))
}

/** An echo, and the sockets that were ever opened to it. */
async function serve(t: TestContext): Promise<{ target: Target; sockets: WebSocket[] }> {
  const server = createServer()
  const sockets: WebSocket[] = []
  new WebSocketServer({ server }).on('connection', (socket) => {
    sockets.push(socket)
    echo(socket)
  })
  return { target: await listen(t, server), sockets }
}

function open(
  t: TestContext,
  pickTarget: () => Target | undefined,
  losses: string[] = [],
  timeoutMs = place.timeoutMs,
): WebSocketClient {
  const client = new WebSocketClient(pickTarget, { ...place, timeoutMs }, ({ code }) => losses.push(code))
  t.after(() => client.destroy())
  return client
}

test('a WebSocketClient connects anew without having anything to say', async (t) => {
  const served = await serve(t)
  const losses: string[] = []
  await open(t, () => served.target, losses).send(identify('a'))
  served.sockets[0]!.close(1001)
  for (const end = performance.now() + 3_000; served.sockets.length < 2;) {
    assert.ok(performance.now() < end, 'no second connection in 3 s')
    await sleep(5)
  }
  assert.deepEqual(losses, [])
})

test('a WebSocketClient that found no endpoint finds the next one', async (t) => {
  const served = await serve(t)
  const targets: Target[] = []
  const client = open(t, () => targets[0])
  const before = await client.send(identify('a'))
  targets.push(served.target)
  const after = await client.send(identify('b'))
  assert.deepEqual([before.error?.code, after.error], ['ECONNREFUSED', undefined])
})

test('a server that takes the connection and never answers the handshake has been reached', async (t) => {
  const target = await listen(
    t,
    createServer().on('upgrade', () => undefined),
  )
  const client = open(t, () => target, [], 200)
  const both = await Promise.all(['a', 'b'].map((id) => client.send(identify(id))))
  const ends = both.map(({ error }) => [error?.code, error?.stage])
  assert.deepEqual(ends, [
    ['CLIENT_TIMEOUT', 'wait'],
    ['CLIENT_TIMEOUT', 'wait'],
  ])
})

test('a server that never answers the TLS handshake has not been reached', async (t) => {
  const target = { ...(await listen(t, createNetServer())), tls: { insecure: true } }
  const { error } = await open(t, () => target, [], 200).send(identify('a'))
  assert.deepEqual([error?.code, error?.stage], ['CLIENT_TIMEOUT', 'connect'])
})

test('a WebSocketClient sends nothing on a connection that is being closed, and counts no second try for that', async (t) => {
  const closing = Promise.withResolvers<void>()
  const next = new WebSocketServer({ noServer: true })
  let connections = 0
  const server = createServer().on('upgrade', (request, socket, head) => {
    if (++connections > 1) return next.handleUpgrade(request, socket, head, echo)
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.on('error', () => undefined)
    socket.on('data', ([first]: Buffer) => {
      // The client's first message is answered by a close frame; its own close frame by nothing at all.
      if (first === 0x81) socket.write(Buffer.from([0x88, 2, 3, 0xe9]))
      else closing.resolve()
    })
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
  })
  const target = await listen(t, server)
  const client = open(t, () => target)
  const first = client.send(identify('a'))
  await closing.promise
  const second = await client.send(identify('b'))
  assert.deepEqual([second.error, second.counts], [undefined, undefined])
  assert.deepEqual([(await first).error, (await first).counts], [undefined, { resent: 1 }])
  assert.equal(connections, 2)
})
