import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { Readable } from 'node:stream'
import { fastify, LogController } from 'fastify'
import { lastcall } from 'lastcall/fastify'
import { collectMetrics } from 'lastcall/prom-client'
import { collectDefaultMetrics, register } from 'prom-client'
import { type Order, pause, Pool } from './pool.ts'

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

/** One line every 50 ms, each after a query, and last the hash of them all: a body that was cut off cannot look whole. */
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

await app.listen({ host: process.env['HOST'] ?? '0.0.0.0', port: Number(process.env['PORT'] ?? 3000) })
app.log.info({ ...app.lifecycle.probeAddress }, 'probes and metrics are served')
