const { createHash } = require('node:crypto')
const { createServer: createHttp2Server } = require('node:http2')
const { hostname } = require('node:os')
const { setTimeout: sleep } = require('node:timers/promises')
const express = require('express')
const { WebSocketServer } = require('ws')

// An Express application as its documentation shows one. Nothing here knows of lastcall.

const host = process.env.HOST ?? '0.0.0.0'
const port = Number(process.env.PORT ?? 3000)
const http2Port = Number(process.env.H2_PORT ?? (port === 0 ? 0 : port + 1))

const app = express()
app.disable('x-powered-by')
app.use(express.json())

/** The newest orders by their id; memory is bounded under load. */
const orders = new Map()

function save(order) {
  orders.set(order.id, order)
  const [oldest] = orders.keys()
  if (orders.size > 1_000) orders.delete(oldest)
  return order
}

/** A whole number from the query, or its default; undefined for anything else. */
function wholeNumber(text, { fallback, least, most }) {
  const number = text === undefined ? fallback : Number(text)
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined
}

app.get('/', (req, res) => {
  res.json({ hello: 'orders', pod: hostname(), orders: orders.size })
})

app.post('/echo', (req, res) => {
  if (typeof req.body?.id !== 'string') return res.status(400).json({ error: 'id is missing' })
  res.json(save({ item: 'tea', ...req.body }))
})

app.get('/slow', async (req, res) => {
  const ms = wholeNumber(req.query.ms, { fallback: 1_000, least: 0, most: 60_000 })
  if (ms === undefined) return res.status(400).json({ error: 'ms is 0 to 60000' })
  await sleep(ms)
  res.json({ sleptMs: ms, orders: orders.size })
})

app.get('/stream', async (req, res) => {
  const chunks = wholeNumber(req.query.chunks, { fallback: 10, least: 1, most: 1_000 })
  if (chunks === undefined) return res.status(400).json({ error: 'chunks is 1 to 1000' })
  res.type('text/plain')
  const hash = createHash('sha256')
  for (let nth = 1; nth <= chunks && !res.destroyed; nth++) {
    await sleep(50)
    const line = `chunk ${nth} of ${chunks}, ${orders.size} orders\n`
    hash.update(line)
    res.write(line)
  }
  // Of all lines before it: a body that was cut cannot look complete.
  res.end(`sha256 ${hash.digest('hex')}\n`)
})

app.get('/large', (req, res) => {
  const megabytes = wholeNumber(req.query.mb, { fallback: 1, least: 1, most: 16 })
  if (megabytes === undefined) return res.status(400).json({ error: 'mb is 1 to 16' })
  const report = Buffer.alloc(megabytes * 1_000_000, 'an order of tea\n')
  const hash = createHash('sha256').update(report).digest('hex')
  res.type('text/plain').end(Buffer.concat([report, Buffer.from(`sha256 ${hash}\n`)]))
})

// Ten events a second. Their numbers come from the clock, which all processes share: an event that a client misses leaves a gap. Those of the last
// five seconds are sent again.
app.get('/events', (req, res) => {
  res.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  res.flushHeaders()
  const newest = () => Math.floor(Date.now() / 100)
  const lastId = Number(req.get('Last-Event-ID')) || newest()
  let id = Math.min(Math.max(lastId, newest() - 50), newest() + 50)
  const send = () => {
    while (id < newest()) {
      id++
      res.write(`id: ${id}\ndata: ${JSON.stringify({ orders: id })}\n\n`)
    }
  }
  send()
  const timer = setInterval(send, 20)
  res.on('close', () => clearInterval(timer))
})

const server = app.listen(port, host, (error) => {
  if (error) throw error
  console.log(`listening on ${server.address().port}`)
})

const webSockets = new WebSocketServer({ server, path: '/ws' })
webSockets.on('connection', (socket) => {
  socket.on('error', console.error)
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
})

// The same order over HTTP/2 without TLS, as between services in a cluster.
const http2Server = createHttp2Server((req, res) => {
  readOrder(req).then(
    (order) => res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(save(order))),
    (error) => res.writeHead(400).end(`${error.message}\n`),
  )
})

async function readOrder(req) {
  if (req.method !== 'POST' || req.url !== '/echo') throw new Error('POST /echo is all there is')
  const order = JSON.parse(Buffer.concat(await req.toArray()).toString())
  if (typeof order.id !== 'string') throw new Error('id is missing')
  return { item: 'tea', ...order }
}

http2Server.listen(http2Port, host)

// From expressjs.com, "Health checks and graceful shutdown".
process.on('SIGTERM', () => {
  console.log('SIGTERM signal received: closing HTTP server')
  http2Server.close()
  server.close(() => {
    console.log('HTTP server closed')
    process.exit(0)
  })
})
