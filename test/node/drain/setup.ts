import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { Http1Adapter } from '../../../src/node/drain/http1.ts'
import { RawClient } from '../../helpers/raw-http.ts'

/** A listening server with its adapter, and clients that are closed with it. */
export interface Drained {
  readonly server: Server
  readonly adapter: Http1Adapter
  readonly port: number
  /** Requests that arrived after the announcement. */
  late: number
  client(options?: { allowHalfOpen?: boolean }): Promise<RawClient>
}

/** A request handler, asynchronous or not; a rejection fails the test as an unhandled one. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Starts a server and its adapter; everything is closed when the test ends. */
export async function startDrained(
  t: TestContext,
  listener: Handler,
  options: ServerOptions = {},
): Promise<Drained> {
  const server = createServer(options, (request, response) => void listener(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients: RawClient[] = []
  const drained: Drained = {
    server,
    port,
    late: 0,
    adapter: new Http1Adapter(server, {
      name: 'main',
      now: () => Date.now(),
      onLateRequest: () => drained.late++,
      onListening: () => {},
    }),
    client: async (clientOptions) => {
      const client = await RawClient.connect(port, clientOptions)
      clients.push(client)
      return client
    },
  }
  t.after(() => {
    for (const client of clients) client.close()
    drained.adapter.cut()
    drained.adapter.release()
    server.close(() => {})
  })
  return drained
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

/** Fails unless the promise settles in time; a bound, never what decides. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(new Error(`${what}: not within ${ms} ms`)), ms)
  try {
    return await Promise.race([promise, timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}
