import assert from 'node:assert/strict'
import { maxHeaderSize } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { HttpClient } from '../../../src/load/http1/client.ts'
import { successStatuses } from '../../../src/load/plain-request.ts'
import { sendRequest } from '../../../src/load/request.ts'
import { readClocks, type Sample } from '../../../src/load/sample.ts'
import type { RequestSpec } from '../../../src/load/trace.ts'
import { eventually } from '../../helpers/eventually.ts'
import { listen } from '../../helpers/listen.ts'
import { DialAgent, sendByNodeHttp } from '../../helpers/node-http-client.ts'

// Each raw server is asked by the load engine and by node:http, whose errors users know. Both have to tell
// the same.

/** What a server does with the nth request of all. */
type Server = (socket: Socket, nth: number) => void
type Parts = Partial<Pick<RequestSpec, 'method' | 'body'>>
type Client = (parts: Parts) => Promise<Sample>

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const head = (...lines: readonly string[]): string => `HTTP/1.1 ${lines.join('\r\n')}\r\n\r\n`
const chunked = head('200 OK', 'Transfer-Encoding: chunked')

const say =
  (...parts: readonly string[]): Server =>
  (socket) => {
    for (const part of parts) socket.write(part, 'latin1')
  }
/** Says it and ends its side. */
const close =
  (text: string): Server =>
  (socket) =>
    socket.end(text, 'latin1')
/** Says it and resets the connection once the kernel has all of it. */
const reset =
  (text: string): Server =>
  (socket) =>
    socket.write(text, 'latin1', () => socket.resetAndDestroy())
const firstThen =
  (first: Server, then: Server): Server =>
  (socket, nth) =>
    (nth === 1 ? first : then)(socket, nth)

const long = (bytes: number): string => head('200 OK', `X-Long: ${'x'.repeat(bytes)}`, 'Content-Length: 0')
const inHead = 'HTTP/1.1 200 OK\r\nContent-'
const inBody = `${head('200 OK', 'Content-Length: 100')}hello`
const inChunk = `${chunked}a\r\nhello`
const behindChunk = `${chunked}5\r\nhello\r\n`

/** Servers, and whether they are asked for a head only. */
const servers: Readonly<Record<string, readonly [Server, Parts?]>> = {
  'closes before any byte': [close('')],
  'closes in the head': [close(inHead)],
  'closes in a body with a length': [close(inBody)],
  'closes in a chunk': [close(inChunk)],
  'closes behind a chunk': [close(behindChunk)],
  'resets before any byte': [reset('')],
  'resets in the head': [reset(inHead)],
  'resets in a body with a length': [reset(inBody)],
  'resets in a chunk': [reset(inChunk)],
  'resets behind a chunk': [reset(behindChunk)],
  'resets in a body that ends with the connection': [reset(`${head('200 OK', 'Connection: close')}hello`)],
  'resets its second answer': [firstThen(say(ok), reset(''))],
  'closes instead of a second answer': [firstThen(say(ok), close(''))],
  'answers no HTTP': [say('hello, world\r\n')],
  'answers as SSH does': [say('SSH-2.0-OpenSSH_9.7\r\n')],
  'answers in TLS': [say('\x15\x03\x01\x00\x02\x02\x46')],
  'answers a request': [say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  'has a head at the limit': [say(long(maxHeaderSize - 100))],
  'has a field over the limit': [say(long(maxHeaderSize))],
  'has fields over the limit': [
    say(head('200 OK', ...Array.from({ length: 20 }, () => `X: ${'x'.repeat(1_000)}`))),
  ],
  'has a reason over the limit': [say(`HTTP/1.1 200 ${'x'.repeat(maxHeaderSize)}\r\n\r\n`)],
  'has trailers over the limit': [say(`${chunked}0\r\nX: ${'x'.repeat(maxHeaderSize)}\r\n\r\n`)],
  'folds a field': [say(head('200 OK', 'X: a', ' b', 'Content-Length: 0'))],
  'has a space in a name': [say(head('200 OK', 'X Y: a', 'Content-Length: 0'))],
  'has a space behind a name': [say(head('200 OK', 'X : a', 'Content-Length: 0'))],
  'has no colon': [say(head('200 OK', 'X', 'Content-Length: 0'))],
  'has a NUL in a value': [say(head('200 OK', 'X: a\0', 'Content-Length: 0'))],
  'has bytes beyond ASCII in a value': [say(head('200 OK', 'X: \xe9', 'Content-Length: 0'))],
  'ends its lines without CR': [say('HTTP/1.1 200 OK\nContent-Length: 0\n\n')],
  'has no reason': [say(head('200', 'Content-Length: 0'))],
  'has a status of two digits': [say(head('99 X', 'Content-Length: 0'))],
  'has a status of four digits': [say(head('2000 X', 'Content-Length: 0'))],
  'speaks HTTP/2.0': [say('HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n')],
  'speaks HTTP/1.0 without a length': [close('HTTP/1.0 200 OK\r\n\r\nhello')],
  'speaks HTTP/1.0 and keeps the connection': [
    say('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello'),
  ],
  'ends a body without a length by closing': [close(`${head('200 OK')}hello`)],
  'says 100 first': [say('HTTP/1.1 100 Continue\r\n\r\n', ok)],
  'says 103 first, twice, and breaks off': [close(`${head('103 Early Hints', 'Link: </a>')}${head('103')}`)],
  'says 102 in one go with the answer': [say(`${head('102 Processing')}${ok}`)],
  'says 101 unasked': [say(head('101 Switching Protocols', 'Upgrade: x', 'Connection: Upgrade'), 'x')],
  'says 101 without an upgrade': [say(head('101 Switching Protocols'))],
  'answers 204': [say(head('204 No Content'))],
  'answers 204 with a length': [say(head('204 No Content', 'Content-Length: 5'))],
  'answers 304 with a length': [say(head('304 Not Modified', 'Content-Length: 5'))],
  'answers HEAD with a length': [say(head('200 OK', 'Content-Length: 5')), { method: 'HEAD' }],
  'answers HEAD in chunks': [say(chunked), { method: 'HEAD' }],
  'answers HEAD without a length': [say(head('200 OK')), { method: 'HEAD' }],
  'answers HEAD with a body': [say(ok), { method: 'HEAD' }],
  'says Connection: close and does not': [say(head('200 OK', 'Connection: close', 'Content-Length: 0'))],
  'keeps connections for five seconds': [say(head('200 OK', 'Keep-Alive: timeout=5', 'Content-Length: 0'))],
  'keeps connections for a second': [
    say(head('200 OK', 'Keep-Alive: timeout=1, max=9', 'Content-Length: 0')),
  ],
  'keeps connections for no time': [say(head('200 OK', 'Keep-Alive: timeout=0', 'Content-Length: 0'))],
  'answers twice': [say(`${ok}${ok}`)],
  'answers more than it says': [say(`${ok}, world`)],
  'answers more than it says, and closes': [
    say(`${head('200 OK', 'Connection: close', 'Content-Length: 5')}hello, world`),
  ],
  'ends an answer with an empty line': [say(`${ok}\r\n`)],
  'has the same length twice': [say(head('200 OK', 'Content-Length: 0', 'Content-Length: 0'))],
  'has two lengths': [say(head('200 OK', 'Content-Length: 1', 'Content-Length: 2'))],
  'has a length that is no number': [say(head('200 OK', 'Content-Length: five'))],
  'has a length that is too large': [say(head('200 OK', `Content-Length: ${'9'.repeat(30)}`))],
  'has a length and chunks': [
    say(head('200 OK', 'Content-Length: 5', 'Transfer-Encoding: chunked'), '5\r\nhello\r\n0\r\n\r\n'),
  ],
  'answers in chunks, with trailers': [say(chunked, '5\r\nhello\r\n', '0\r\nX-Sum: 1\r\nX: 2\r\n\r\n')],
  'has an extension of a chunk': [say(`${chunked}5;a=b\r\nhello\r\n0\r\n\r\n`)],
  'has a chunk without a size': [say(`${chunked}hello\r\n`)],
  'has a chunk that is too long': [say(`${chunked}5\r\nhello, world\r\n0\r\n\r\n`)],
  'has an encoding behind the chunks': [close(`${head('200 OK', 'Transfer-Encoding: chunked, gzip')}hello`)],
  'answers 500 with an unknown encoding': [close(`${head('500 No', 'Transfer-Encoding: gzip')}hello`)],
}

/** Two requests, the second when the first has ended: what became of them, and what the server saw. */
async function askTwice(
  t: TestContext,
  server: Server,
  parts: Parts,
  open: (t: TestContext, port: number) => Client,
) {
  let requests = 0
  let connections = 0
  let closed = 0
  const { port } = await listen(
    t,
    createServer((socket) => {
      connections++
      socket.on('error', () => undefined)
      socket.on('close', () => closed++)
      socket.on('data', () => server(socket, ++requests))
    }),
  )
  const client = open(t, port)
  const samples = [await client(parts), await client(parts)]
  const told = samples.map(({ status, bytes, nthOnSocket, error }) => ({
    status,
    nthOnSocket,
    error,
    // node:http tells of a fault before it passes on what came in front of it.
    bytes: error?.code.startsWith('HPE_') ? 'some' : bytes,
  }))
  return { told, requests, connections, open: () => connections - closed }
}

const specOf = ({ method = 'GET', body }: Parts): Omit<RequestSpec, 'client'> => ({
  lane: 'keep-alive',
  id: 'id-1',
  method,
  path: '/',
  body,
  headers: { host: 'localhost' },
  expectStatus: successStatuses,
  timeoutMs: 5_000,
  scheduledAt: readClocks(),
})

function openOwn(t: TestContext, port: number): Client {
  const client = new HttpClient(() => ({ host: '127.0.0.1', port }), true)
  t.after(() => client.destroy())
  return (parts) => sendRequest({ ...specOf(parts), client })
}

function openNodes(t: TestContext, port: number): Client {
  const agent = new DialAgent(() => ({ host: '127.0.0.1', port }), true)
  t.after(() => agent.destroy())
  return (parts) => sendByNodeHttp(specOf(parts), agent)
}

for (const [what, [server, parts = {}]] of Object.entries(servers)) {
  test(`a server that ${what} is told of as node:http tells it`, async (t) => {
    const own = await askTwice(t, server, parts, openOwn)
    const nodes = await askTwice(t, server, parts, openNodes)
    assert.deepEqual(own.told, nodes.told)
    assert.deepEqual([own.requests, own.connections], [nodes.requests, nodes.connections])
    await eventually('both keep the same connections', () => own.open() === nodes.open())
  })
}
