import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { test, type TestContext } from 'node:test'
import { SocketClose } from '../../../src/node/drain/socket-close.ts'
import { within } from '../../helpers/eventually.ts'

interface Followed {
  readonly server: Server
  readonly closes: SocketClose
  /** Sockets whose close was heard. */
  readonly closed: readonly Socket[]
  /** Resolves at the next one. */
  next(): Promise<unknown>
}

/** A server whose sockets are followed before Node itself sees them. */
function follow(): Followed {
  const server = createServer((_request, response) => response.end('ok'))
  const closed: Socket[] = []
  const news = new EventEmitter()
  const closes = new SocketClose((socket) => {
    closed.push(socket)
    news.emit('close')
  })
  server.prependListener('connection', (socket) => closes.follow(socket))
  return { server, closes, closed, next: () => within(1_000, 'the close', once(news, 'close')) }
}

/** A connection of a listening server, from the server's side, that has been used once and is idle. */
async function idleConnection(t: TestContext, server: Server): Promise<Socket> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => client.destroy())
  const [socket] = (await once(server, 'connection')) as [Socket]
  client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await once(client, 'data')
  return socket
}

test('an idle connection that is followed has no more close listeners than one that is not', async (t) => {
  const bare = createServer((_request, response) => response.end('ok'))
  const { server } = follow()
  const expected = (await idleConnection(t, bare)).listenerCount('close')
  assert.equal((await idleConnection(t, server)).listenerCount('close'), expected)
})

test('the close of a socket is heard at its event, not before it, and ahead of other listeners', async (t) => {
  const { server, closed, next } = follow()
  const socket = await idleConnection(t, server)
  const atTheirs = new Promise((resolve) => socket.once('close', () => resolve(closed.length)))
  socket.destroy()
  assert.deepEqual(closed, [])
  await next()
  assert.deepEqual(closed, [socket])
  assert.equal(await atTheirs, 1)
})

test('the close is heard when the client ends the connection, or resets it', async (t) => {
  for (const method of ['end', 'resetAndDestroy'] as const) {
    const { server, closed, next } = follow()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    await once(server, 'connection')
    client[method]()
    await next()
    assert.equal(closed.length, 1)
  }
})

test('a stream that is no socket is followed to its close', async () => {
  const { server, closed, next } = follow()
  const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  server.emit('connection', stream)
  stream.destroy()
  await next()
  assert.deepEqual(closed, [stream])
})

test('a socket that was destroyed before it was followed is followed to its close', async () => {
  const { server, closed, next } = follow()
  const socket = new Socket()
  socket.destroy()
  server.emit('connection', socket)
  await next()
  assert.deepEqual(closed, [socket])
})

test('two may follow one socket: a server may hand its connections to another', async (t) => {
  const first = follow()
  const second = follow()
  const socket = await idleConnection(t, first.server)
  second.server.emit('connection', socket)
  const both = Promise.all([first.next(), second.next()])
  socket.destroy()
  await both
  assert.deepEqual([...first.closed, ...second.closed], [socket, socket])
})

test("a forgotten socket has its own method back, and keeps somebody else's", async (t) => {
  const { server, closes, closed } = follow()
  const ours = await idleConnection(t, server)
  const theirs = new Socket()
  closes.follow(theirs)
  const wrapped: Socket['_destroy'] = (error, callback) =>
    Socket.prototype._destroy.call(theirs, error, callback)
  theirs._destroy = wrapped
  for (const socket of [ours, theirs]) closes.forget(socket)
  assert.equal(ours._destroy, Socket.prototype._destroy)
  assert.equal(theirs._destroy, wrapped)
  const destroyed = Promise.all([once(ours, 'close'), once(theirs, 'close')])
  for (const socket of [ours, theirs]) socket.destroy()
  await within(1_000, 'both closes', destroyed)
  assert.deepEqual(closed, [])
})

test('what is destroyed on purpose is not told of, and gets no listener', async (t) => {
  const { server, closes, closed } = follow()
  const socket = await idleConnection(t, server)
  const listeners = socket.listenerCount('close')
  closes.ignoreWhile(() => socket.destroy())
  assert.equal(socket.listenerCount('close'), listeners)
  await within(1_000, 'the close', once(socket, 'close'))
  assert.deepEqual(closed, [])
})
