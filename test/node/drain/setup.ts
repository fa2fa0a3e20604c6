import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import type { TestContext } from 'node:test'
import type { AdapterContext, DrainAdapter } from '../../../src/node/drain/adapter.ts'
import { adapterFor } from '../../../src/node/drain/servers/serve.ts'
import type { CloseHandshake } from '../../../src/node/types.ts'
import { RawClient } from '../../helpers/raw-http.ts'

/**
 * What an adapter is told of its lifecycle: a drain of at most 10 s without a delay, unless said otherwise.
 */
export function contextOf(parts: Partial<AdapterContext> = {}): AdapterContext {
  return {
    name: 'main',
    drainTimeoutMs: 10_000,
    shutdownDelayMs: 0,
    closeHandshake: undefined,
    onLateRequest: () => {},
    onListening: () => {},
    ...parts,
  }
}

/** A listening server with its adapter, and clients that are closed with it. */
export interface Drained<S extends Server> {
  readonly server: S
  readonly adapter: DrainAdapter
  readonly port: number
  /** Requests that arrived after the announcement. */
  late: number
  client(options?: { allowHalfOpen?: boolean }): Promise<RawClient>
}

/** A request handler, asynchronous or not; a rejection fails the test as an unhandled one. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Listens with a server and gives it an adapter; everything is closed when the test ends. */
export async function drainable<S extends Server>(
  t: TestContext,
  server: S,
  { closeHandshake, shutdownDelayMs = 0 }: { closeHandshake?: CloseHandshake; shutdownDelayMs?: number } = {},
): Promise<Drained<S>> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients: RawClient[] = []
  const drained: Drained<S> = {
    server,
    port,
    late: 0,
    adapter: adapterFor(
      server,
      contextOf({ shutdownDelayMs, closeHandshake, onLateRequest: () => drained.late++ }),
    ),
    client: async (clientOptions) => {
      const client = await RawClient.connect(port, clientOptions)
      clients.push(client)
      return client
    },
  }
  t.after(() => {
    for (const client of clients) client.close()
    drained.adapter.forceClose()
    drained.adapter.release()
    server.close(() => {})
  })
  return drained
}

/** Starts an HTTP server with its adapter. */
export function startDrained(
  t: TestContext,
  listener: Handler,
  options: ServerOptions = {},
  adapterOptions: { shutdownDelayMs?: number } = {},
): Promise<Drained<HttpServer>> {
  return drainable(
    t,
    createServer(options, (request, response) => void listener(request, response)),
    adapterOptions,
  )
}

/** Key and certificate for servers on loopback. */
export const tls = {
  key: readFileSync(new URL('../../fixtures/tls/key.pem', import.meta.url)),
  cert: readFileSync(new URL('../../fixtures/tls/cert.pem', import.meta.url)),
}

/** A request handler that answers when it is told to. */
export class Gate {
  readonly #open = Promise.withResolvers<void>()
  readonly #entered = Promise.withResolvers<void>()

  /** Resolves when a handler has come to the gate. */
  get entered(): Promise<void> {
    return this.#entered.promise
  }

  open(): void {
    this.#open.resolve()
  }

  pass(): Promise<void> {
    this.#entered.resolve()
    return this.#open.promise
  }
}
