/**
 * The process that is stopped: the application of routes.ts on one kind of server, ended by one package. See
 * {@link HostOrder} for its argument.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import { createSecureServer, createServer as createH2cServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import type { FromHost, HostOrder, ServerKind, ToHost } from './protocol.ts'
import { answer, type RouteOptions, type StreamEvents } from './routes.ts'

/** What the adapters need of a Fastify app; its package is installed for this benchmark only. */
interface FastifyApp {
  readonly server: Server
  all(path: string, handler: (request: { raw: never }, reply: FastifyReply) => void): void
  listen(options: { port: number; host: string }): Promise<unknown>
}

interface FastifyReply {
  readonly raw: never
  hijack(): void
}

/** A file of `adapters`. */
interface Adapter {
  /** Name of the package's option for how long connections may take; null when it has none. */
  readonly graceOption: string | null
  /** Makes the process end as the package's README says, `cleanUp` included. */
  setUp(
    served: Server | FastifyApp,
    options: Readonly<Record<string, number>>,
    cleanUp: () => Promise<void>,
  ): Promise<{ readonly streamEvents?: StreamEvents } | undefined>
}

const order = JSON.parse(process.argv[2] ?? '') as HostOrder
const tls = {
  key: readFileSync(new URL('../../test/fixtures/tls/key.pem', import.meta.url)),
  cert: readFileSync(new URL('../../test/fixtures/tls/cert.pem', import.meta.url)),
}

const tell = (message: FromHost): void => void process.send?.(message)
const adapter = (await import(`./adapters/${order.adapter}.mjs`)) as Adapter
const grace =
  adapter.graceOption !== null && order.graceMs !== null ? { [adapter.graceOption]: order.graceMs } : {}
const routeOptions: { -readonly [K in keyof RouteOptions]: RouteOptions[K] } = {
  onArrived: () => tell({ type: 'arrived' }),
}

if (order.timerOpen) setInterval(() => {}, 1_000)
process.on('message', (message: ToHost) => {
  if (message.type === 'stop') hearSignal()
  else if (message.phase === 'poll') hearWhenSent(message.until)
  else setTimeout(() => hearWhenSent(message.until), 0)
})

const port = order.serves === 'fastify' ? await serveFastify() : await serveNode()
// A channel that is listened to would keep alive what ends by itself.
process.channel?.unref()
tell({ type: 'ready', port })

function hearWhenSent(file: string): void {
  tell({ type: 'blocked' })
  while (!existsSync(file));
  hearSignal()
}

function hearSignal(): void {
  process.emit('SIGTERM', 'SIGTERM')
}

async function cleanUp(): Promise<void> {
  tell({ type: 'cleaningUp', at: Date.now() })
  await sleep(order.cleanUpMs)
}

async function serveNode(): Promise<number | null> {
  const server = createNodeServer(order.kind)
  if (order.kind === 'http') acceptWebSockets(server)
  routeOptions.streamEvents = (await adapter.setUp(server, grace, cleanUp))?.streamEvents
  if (!order.listens) return null
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return portOf(server)
}

function createNodeServer(kind: ServerKind): Server {
  switch (kind) {
    case 'http':
      return createServer((request, response) => answer(request, response, routeOptions))
    case 'https':
      return createHttpsServer(tls, (request, response) => answer(request, response, routeOptions))
    case 'http2':
      return createSecureServer(tls, (request, response) => answer(request, response, routeOptions))
    case 'h2c':
      return createH2cServer((request, response) => answer(request, response, routeOptions))
  }
}

async function serveFastify(): Promise<number | null> {
  const app = await createFastify(order.kind)
  if (order.kind === 'http') acceptWebSockets(app.server)
  app.all('*', (request, reply) => {
    reply.hijack()
    answer(request.raw, reply.raw, routeOptions)
  })
  routeOptions.streamEvents = (await adapter.setUp(app, grace, cleanUp))?.streamEvents
  if (!order.listens) return null
  await app.listen({ port: 0, host: '127.0.0.1' })
  return portOf(app.server)
}

async function createFastify(kind: ServerKind): Promise<FastifyApp> {
  // By a name that no tool reads: this is the Fastify of this folder, not the one the project is developed
  // with.
  const { fastify } = (await import(order.serves)) as { fastify: (options: object) => FastifyApp }
  const secure = kind === 'https' || kind === 'http2' ? { https: tls } : {}
  return fastify({ ...secure, ...(kind === 'http2' || kind === 'h2c' ? { http2: true } : {}) })
}

function acceptWebSockets(server: Server): void {
  new WebSocketServer({ server: server as HttpServer, path: '/socket' })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
