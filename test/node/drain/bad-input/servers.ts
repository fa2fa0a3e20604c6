import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import {
  connect as connectHttp2,
  createSecureServer,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { Readable, type Writable } from 'node:stream'
import { connect as connectSecure } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import { RawClient } from '../../../helpers/raw-http.ts'
import { Gate, tls } from '../setup.ts'
import type { Besieged, Neighbour } from './besieged.ts'

const large = Buffer.alloc(16 * 1024 * 1024)

function answer(gate: Gate, path: string | undefined, response: Writable): void {
  if (path === '/large') response.end(large)
  else if (path === '/stream')
    Readable.from(Array.from({ length: 256 }, () => large.subarray(0, 65_536))).pipe(response)
  else if (path === '/slow') void gate.pass().then(() => response.end('done'))
  else if (path === '/late') setTimeout(() => response.end('late'), 200)
  else if (path !== '/hang') response.end('ok')
}

function serveHttp1(server: Server, gate: Gate): void {
  server.on('request', (request, response) => {
    request.resume()
    request.on('end', () => answer(gate, request.url, response))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, { url }) => {
    socket.on('error', () => {})
    if (url === '/large') socket.send(large)
    socket.on('message', (data) => socket.send(data))
  })
}

/** A request and a WebSocket. */
async function joinHttp1(port: number, gate: Gate, secure: boolean): Promise<Neighbour> {
  const address = { port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost' }
  const client = secure ? new RawClient(connectSecure(address)) : await RawClient.connect(port)
  client.get('/slow')
  await gate.entered
  const url = `${secure ? 'wss' : 'ws'}://127.0.0.1:${port}`
  const socket = new WebSocket(url, { rejectUnauthorized: false })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  const finish = async (): Promise<void> => {
    const { status, body } = await client.response()
    assert.deepEqual([status, body], [200, 'done'])
    assert.equal((await closed)[0], 1001)
    client.close()
  }
  return { finish: () => gate.open(), finished: finish() }
}

/** A stream. */
async function joinHttp2(port: number, gate: Gate, secure: boolean): Promise<Neighbour> {
  const session = connectHttp2(`${secure ? 'https' : 'http'}://127.0.0.1:${port}`, {
    ca: tls.cert,
    servername: 'localhost',
  })
  const stream = session.request({ ':path': '/slow' })
  await gate.entered
  const finish = async (): Promise<void> => {
    let body = ''
    stream.setEncoding('utf8').on('data', (text: string) => (body += text))
    await once(stream, 'close')
    assert.deepEqual([stream.rstCode, body], [0, 'done'])
  }
  return { finish: () => gate.open(), finished: finish() }
}

/** `http.Server` with WebSockets. */
export function http1Besieged(): Besieged {
  const gate = new Gate()
  const server = createServer()
  serveHttp1(server, gate)
  return { server, join: (port) => joinHttp1(port, gate, false) }
}

/** `https.Server` with WebSockets. */
export function httpsBesieged(): Besieged {
  const gate = new Gate()
  const server = createHttpsServer(tls)
  serveHttp1(server, gate)
  return { server, ca: tls.cert, join: (port) => joinHttp1(port, gate, true) }
}

function answerStream(gate: Gate, stream: ServerHttp2Stream, path: string | undefined): void {
  // An application that does not listen is ended by the first reset that carries an error, with or without a shutdown.
  stream.on('error', () => {})
  stream.resume()
  stream.on('end', () => {
    if (stream.destroyed) return
    stream.respond({ ':status': 200 })
    answer(gate, path, stream)
  })
}

/** HTTP/2 without TLS. */
export function h2cBesieged(): Besieged {
  const gate = new Gate()
  const server = createHttp2Server()
  server.on('stream', (stream, headers) => answerStream(gate, stream, headers[':path']))
  return { server, join: (port) => joinHttp2(port, gate, false) }
}

/** HTTP/2 over TLS. */
export function http2SecureBesieged(allowHTTP1: boolean): Besieged {
  const gate = new Gate()
  const server = createSecureServer({ ...tls, allowHTTP1 })
  server.on('stream', (stream, headers) => answerStream(gate, stream, headers[':path']))
  return { server, ca: tls.cert, join: (port) => joinHttp2(port, gate, true) }
}
