import { Server } from 'node:net'
import type { Lifecycle } from '../../node/types.ts'
import type { AppClose } from './app-close.ts'
import type { FastifyApp } from './types.ts'

type Close = (callback?: (error?: Error) => void) => Server

/**
 * Serves the servers that Fastify opens beside `app.server`: one for each further address of `localhost` (its
 * `lib/server.js`, `multipleBindings`). No public property leads to them. Called when all of them listen.
 */
export function serveSecondaryServers(app: FastifyApp, lifecycle: Lifecycle, close: AppClose): void {
  const servers = secondaryServersOf(app)
  for (const server of servers) {
    lifecycle.serve(server)
    keepOpenUntil(server, () => close.begun)
  }
  const missed = app.addresses().length - 1 - servers.length
  if (missed > 0) {
    app.log.warn(
      { addresses: app.addresses(), missed },
      'lastcall: this version of Fastify hides its servers for further addresses, so they will not be drained; ' +
        "listen on one address such as '127.0.0.1'",
    )
  }
}

function secondaryServersOf(app: FastifyApp): readonly Server[] {
  const symbol = Object.getOwnPropertySymbols(app).find(
    ({ description }) => description === 'fastify.serverBindings',
  )
  const servers = symbol && (app as unknown as Record<symbol, unknown>)[symbol]
  return Array.isArray(servers) ? servers.filter((server) => server instanceof Server) : []
}

/**
 * Keeps these servers open until all are drained. Fastify closes them as soon as the first one has closed,
 * which destroys connections whose next request is already in the kernel (Node >= 19).
 */
function keepOpenUntil(server: Server, mayClose: () => boolean): void {
  const native = server.close
  const close: Close = (callback) => (mayClose() ? Reflect.apply(native, server, [callback]) : server)
  Object.assign(server, { close })
}
