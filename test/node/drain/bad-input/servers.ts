import { createServer, type Server } from 'node:http'
import { createSecureServer, createServer as createHttp2Server, type ServerHttp2Stream } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { Readable, type Writable } from 'node:stream'
import { WebSocketServer } from 'ws'
import { joinHttp1, joinHttp2 } from '../../../helpers/hostile/neighbours.ts'
import { Gate, tls } from '../setup.ts'
import type { Besieged } from './besieged.ts'

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

/** `http.Server` with WebSockets. */
export function http1Besieged(): Besieged {
  const gate = new Gate()
  const server = createServer()
  serveHttp1(server, gate)
  return { server, gate, join: (port) => joinHttp1(port, gate.entered) }
}

/** `https.Server` with WebSockets. */
export function httpsBesieged(): Besieged {
  const gate = new Gate()
  const server = createHttpsServer(tls)
  serveHttp1(server, gate)
  return { server, ca: tls.cert, gate, join: (port) => joinHttp1(port, gate.entered, tls.cert) }
}

function answerStream(gate: Gate, stream: ServerHttp2Stream, path: string | undefined): void {
  // An application that does not listen is ended by the first reset that carries an error, with or without a
  // shutdown.
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
  return { server, gate, join: (port) => joinHttp2(port, gate.entered) }
}

/** HTTP/2 over TLS. */
export function http2SecureBesieged(allowHTTP1: boolean): Besieged {
  const gate = new Gate()
  const server = createSecureServer({ ...tls, allowHTTP1 })
  server.on('stream', (stream, headers) => answerStream(gate, stream, headers[':path']))
  return { server, ca: tls.cert, gate, join: (port) => joinHttp2(port, gate.entered, tls.cert) }
}
