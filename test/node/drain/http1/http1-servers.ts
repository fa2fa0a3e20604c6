import { once } from 'node:events'
import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { connect } from 'node:tls'
import { RawClient } from '../../../helpers/raw-http.ts'
import { drainable, type Drained, type Handler, tls } from '../setup.ts'

/** How the HTTP/1 behaviours are tested: with TLS and without. */
export interface Http1Kind {
  create(listener: Handler, options?: ServerOptions): Server
  connect(port: number, options?: { allowHalfOpen?: boolean }): Promise<RawClient>
}

/** The servers that speak HTTP/1. */
export const http1Kinds: Readonly<Record<'http' | 'https', Http1Kind>> = {
  http: {
    create: (listener, options = {}) =>
      createServer(options, (request, response) => void listener(request, response)),
    connect: (port, options) => RawClient.connect(port, options),
  },
  https: {
    create: (listener, options = {}) =>
      createSecureServer({ ...options, ...tls }, (request, response) => void listener(request, response)),
    connect: async (port, options) => {
      const socket = connect({ port, host: '127.0.0.1', ca: tls.cert, servername: 'localhost', ...options })
      await once(socket, 'secureConnect')
      return new RawClient(socket)
    },
  },
}

/** A server of one kind with its adapter; `client` speaks its protocol. */
export async function startKind(
  t: TestContext,
  kind: Http1Kind,
  listener: Handler,
  options: { shutdownDelayMs?: number; server?: ServerOptions } = {},
): Promise<Drained<Server>> {
  const drained = await drainable(t, kind.create(listener, options.server), options)
  return Object.assign(drained, {
    client: (clientOptions?: { allowHalfOpen?: boolean }) =>
      connectKind(t, kind, drained.port, clientOptions),
  })
}

/** The same server without an adapter: the control. */
export async function startBare(t: TestContext, kind: Http1Kind, listener: Handler): Promise<Bare> {
  const server = kind.create(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { server, client: () => connectKind(t, kind, port) }
}

interface Bare {
  readonly server: Server
  client(): Promise<RawClient>
}

async function connectKind(
  t: TestContext,
  kind: Http1Kind,
  port: number,
  options?: { allowHalfOpen?: boolean },
): Promise<RawClient> {
  const client = await kind.connect(port, options)
  t.after(() => client.close())
  return client
}
