import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { AnswerParser } from '../../../src/load/http1/answer-parser.ts'
import { HttpClient } from '../../../src/load/http1/client.ts'
import { Connection, type ExchangeEvents } from '../../../src/load/http1/connection.ts'
import type { Target } from '../../../src/load/sample.ts'
import { eventually } from '../../helpers/eventually.ts'
import { listen } from '../../helpers/listen.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

function openClient(t: TestContext, target: Target | undefined, keepAlive = true): HttpClient {
  const client = new HttpClient(() => target, keepAlive)
  t.after(() => client.destroy())
  return client
}

/** What happened to a request, in its order. */
function watchEvents() {
  const told: string[] = []
  const sockets: Socket[] = []
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  const events: ExchangeEvents = {
    onSocket(socket) {
      told.push('socket')
      sockets.push(socket)
    },
    onSent: () => told.push('sent'),
    onHead: ({ status }) => told.push(`head ${status}`),
    onBody: (bytes) => told.push(`body ${bytes.toString()}`),
    onEnd: () => resolve(void told.push('end')),
    onError: (error) => resolve(void told.push(error.message)),
  }
  return { told, sockets, events, ended }
}

const send = (client: HttpClient, body?: string) => {
  const watched = watchEvents()
  const method = body === undefined ? 'GET' : 'POST'
  const headers = { host: 'localhost' }
  const connection = client.send(
    { method, path: '/', headers, ...(body !== undefined && { body }) },
    watched.events,
  )
  return { ...watched, connection }
}

// The first of this file, so that no connections of the other tests are counted.
test('HttpClient destroys what is under way, and frees the parser of every connection', async (t) => {
  const freed = t.mock.method(AnswerParser.prototype, 'free')
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.end()
  })
  const client = openClient(t, await listen(t, server), false)
  await Promise.all(Array.from({ length: 5 }, () => send(client).ended))
  const { told, ended } = send(client, 'x')
  await eventually('it is sent', () => told.includes('sent'))
  client.destroy()
  await ended
  assert.equal(told.at(-1), 'socket hang up')
  await eventually('all are freed', () => freed.mock.callCount() === 6)
})

test('HttpClient tells what happens to a request in its order, and once how it ended', async (t) => {
  const target = await listen(
    t,
    createServer((request, response) => request.pipe(response)),
  )
  const { told, ended } = send(openClient(t, target), 'hello')
  await ended
  assert.deepEqual(told, ['socket', 'sent', 'head 200', 'body hello', 'end'])
  const nowhere = send(openClient(t, undefined))
  assert.deepEqual([nowhere.told, nowhere.connection], [['no endpoint is ready'], undefined])
})

/** A client of a server that says {@link ok} to whatever comes, and the server's side of its connections. */
async function openOk(
  t: TestContext,
): Promise<{ readonly client: HttpClient; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = []
  const server = createTcpServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', () => socket.write(ok))
  })
  return { client: openClient(t, await listen(t, server)), sockets }
}

test('HttpClient dials anew when its connection was closed while it was free', async (t) => {
  const { client, sockets } = await openOk(t)
  // As soon as the client hears of it, before the connection is gone.
  for (const [event, end] of [
    ['end', (socket: Socket) => socket.end()],
    ['error', (socket: Socket) => socket.resetAndDestroy()],
  ] as const) {
    const first = send(client)
    await first.ended
    const heard = new Promise((resolve) => first.sockets[0]!.once(event, resolve))
    end(sockets.at(-1)!)
    await heard
    const { told, ended } = send(client)
    await ended
    assert.equal(told.at(-1), 'end')
  }
  assert.equal(sockets.length, 3)
})

test('HttpClient leaves a connection on which bytes come that nobody asked for', async (t) => {
  const { client, sockets } = await openOk(t)
  await send(client).ended
  sockets[0]!.write(ok)
  await eventually('the client has closed it', () => sockets[0]!.destroyed)
  const { told, ended } = send(client)
  await ended
  assert.deepEqual([told.at(-1), sockets.length], ['end', 2])
})

test('HttpClient says nothing to a request that was aborted, and closes its connection', async (t) => {
  let socket: Socket | undefined
  const server = createTcpServer((opened) => {
    socket = opened.on('error', () => undefined)
    opened.resume()
  })
  const { told, events, connection } = send(openClient(t, await listen(t, server)))
  await eventually('the request is there', () => (socket?.bytesRead ?? 0) > 0)
  connection!.abort(events)
  await eventually('the connection is closed', () => socket!.destroyed)
  assert.deepEqual(told, ['socket', 'sent'])
})

test('an answer that overtakes its request ends it, and the connection is used again once it is sent', async (t) => {
  const sockets: Socket[] = []
  const server = createTcpServer({ pauseOnConnect: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.write(ok)
  })
  const client = openClient(t, await listen(t, server))
  // More than the kernel takes for a server that reads nothing.
  const { told, ended } = send(client, 'x'.repeat(32 * 1024 * 1024))
  await ended
  assert.deepEqual(told, ['socket', 'head 200', 'end'])
  const other = send(client)
  await other.ended
  assert.equal(sockets.length, 2)
  let bytes = 0
  sockets[0]!.on('data', (chunk: Buffer) => (bytes += chunk.length)).resume()
  await eventually('the first request is sent', () => bytes > 32 * 1024 * 1024)
  assert.deepEqual(told, ['socket', 'head 200', 'end'])
})

/** A socket that answers at once and says later, as TLS does, that it has sent all. */
class LateSocket extends Duplex {
  override _read(): void {}
  override _write(_bytes: Buffer, _encoding: string, done: () => void): void {
    setImmediate(done)
    this.push(ok)
  }
  setKeepAlive(): void {}
}

test('a connection that says late that all is sent is free again when its request has ended', async () => {
  const { told, events, ended } = watchEvents()
  const socket = new LateSocket() as unknown as Socket
  const client = { onFree: () => void told.push('free'), onClosed: () => undefined }
  new Connection(socket, true, client).send(
    { method: 'GET', path: '/', headers: { host: 'localhost' } },
    events,
  )
  await ended
  assert.deepEqual(told, ['socket', 'head 200', 'free', 'end'])
})
