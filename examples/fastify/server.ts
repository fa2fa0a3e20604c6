import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { Readable } from 'node:stream'
import { fastify, LogController } from 'fastify'
import { lastcall } from 'lastcall/fastify'
import { collectMetrics } from 'lastcall/prom-client'
import { collectDefaultMetrics, register } from 'prom-client'
import { WebSocketServer } from 'ws'
import { writeEvents } from './events.ts'
import { createHttp2Echo } from './http2-echo.ts'
import { writeReport } from './large.ts'
import { type Order, pause, Pool } from './pool.ts'

const host = process.env['HOST'] ?? '0.0.0.0'
const port = Number(process.env['PORT'] ?? 3000)
const http2Port = Number(process.env['H2_PORT'] ?? (port === 0 ? 0 : port + 1))

const app = fastify({ logger: true, logController: new LogController({ disableRequestLogging: true }) })
const pool = new Pool()

// The numbers (delay, drain, probe port) come from LASTCALL_*, which the chart sets, else from the defaults.
await app.register(lastcall)
// Connected within listen(): a signal that comes meanwhile is heard already.
app.addHook('onReady', async () => pool.connect())
app.lifecycle.onStop('pool', async () => {
  await pool.close()
  app.log.info({ queries: pool.queries }, 'pool closed')
})
// HTTP/2 has a port of its own; the same lifecycle drains it.
const http2 = app.lifecycle.serve(createHttp2Echo(pool), { name: 'h2c' })
app.addHook('onReady', async () => {
  http2.listen(http2Port, host)
  await once(http2, 'listening')
})
app.lifecycle.check('pool', () => pool.ping())

collectDefaultMetrics()
collectMetrics(app.lifecycle, { register })

// Two lines a request would drown the rest under load; what fails is logged all the same.
app.addHook('onError', async ({ method, url }, _reply, error) =>
  app.log.error({ err: error, method, url }, 'request failed'),
)

app.get('/', async () => ({ hello: 'orders', pod: hostname(), orders: await pool.count() }))

const orderSchema = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 200 },
    item: { type: 'string', default: 'tea' },
  },
} as const
app.post<{ Body: Order }>('/echo', { schema: { body: orderSchema } }, async ({ body }) => pool.save(body))

const slowSchema = {
  type: 'object',
  properties: { ms: { type: 'integer', minimum: 0, maximum: 60_000, default: 1_000 } },
} as const
app.get<{ Querystring: { ms: number } }>(
  '/slow',
  { schema: { querystring: slowSchema } },
  async ({ query }) => {
    await pause(query.ms)
    return { sleptMs: query.ms, orders: await pool.count() }
  },
)

const streamSchema = {
  type: 'object',
  properties: { chunks: { type: 'integer', minimum: 1, maximum: 1_000, default: 10 } },
} as const
app.get<{ Querystring: { chunks: number } }>(
  '/stream',
  { schema: { querystring: streamSchema } },
  async ({ query }, reply) => {
    reply.type('text/plain; charset=utf-8')
    return Readable.from(writeChunks(query.chunks))
  },
)

/**
 * One line every 50 ms, each after a query, and last the hash of them all: a body that was cut cannot look
 * complete.
 */
async function* writeChunks(chunks: number): AsyncGenerator<string> {
  const hash = createHash('sha256')
  for (let nth = 1; nth <= chunks; nth++) {
    await pause(50)
    const line = `chunk ${nth} of ${chunks}, ${await pool.count()} orders\n`
    hash.update(line)
    yield line
  }
  yield `sha256 ${hash.digest('hex')}\n`
}

const largeSchema = {
  type: 'object',
  properties: { mb: { type: 'integer', minimum: 1, maximum: 64, default: 3 } },
} as const
app.get<{ Querystring: { mb: number } }>(
  '/large',
  { schema: { querystring: largeSchema } },
  async ({ query }, reply) =>
    reply.type('text/plain; charset=utf-8').header('pod', hostname()).send(writeReport(query.mb)),
)

const eventsSchema = {
  type: 'object',
  properties: { 'last-event-id': { type: 'integer', minimum: 0 } },
} as const
app.get<{ Headers: { 'last-event-id'?: number } }>(
  '/events',
  { schema: { headers: eventsSchema } },
  async ({ headers }, reply) => {
    reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store')
    return Readable.from(writeEvents(headers['last-event-id'], app.lifecycle.signal))
  },
)

// Every message comes back. Nothing here closes a WebSocket: lastcall sends 1001 when the drain begins.
const webSockets = new WebSocketServer({ noServer: true })
webSockets.on('connection', (socket) => {
  socket.on('error', (error) => app.log.warn({ err: error }, 'WebSocket failed'))
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
})
app.server.on('upgrade', (request, socket, head) => {
  if (request.url === '/ws') {
    return webSockets.handleUpgrade(request, socket, head, (opened) => webSockets.emit('connection', opened))
  }
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
})

await app.listen({ host, port })
app.log.info({ ...app.lifecycle.probeAddress }, 'probes and metrics are served')
