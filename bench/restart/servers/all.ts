/**
 * Every protocol on three inherited sockets: `http` has HTTP/1 and a WebSocket at `/ws` that sends back what
 * it gets, `http2` has HTTP/2 without TLS, and `tls` has HTTP/1 and HTTP/2.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createHttp2Server, createSecureServer } from 'node:http2'
import { createLifecycle, listen } from 'lastcall'
import { WebSocketServer } from 'ws'
import { answerHello } from '../../servers/answer.ts'

const readTls = (file: string): Buffer =>
  readFileSync(new URL(`../../../test/fixtures/tls/${file}`, import.meta.url))

const http = createServer(answerHello)
const http2 = createHttp2Server(answerHello)
const tls = createSecureServer(
  { key: readTls('key.pem'), cert: readTls('cert.pem'), allowHTTP1: true },
  answerHello,
)
new WebSocketServer({ server: http, path: '/ws' }).on('connection', (socket) => {
  socket.on('error', () => undefined)
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})

const lifecycle = createLifecycle()
for (const server of [http, http2, tls]) lifecycle.serve(server)
await lifecycle.start()
await Promise.all([listen(http, 'http'), listen(http2, 'http2'), listen(tls, 'tls')])
