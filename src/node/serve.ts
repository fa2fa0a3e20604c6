import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { LastcallError } from '../core/errors.ts'
import { describe } from '../core/describe.ts'
import type { AdapterContext, DrainAdapter } from './drain/adapter.ts'
import { Http1Adapter } from './drain/http1.ts'

/**
 * Picks the adapter for a server.
 * @throws LastcallError `LASTCALL_NOT_A_SERVER`, `LASTCALL_UNSUPPORTED_SERVER`
 */
export function adapterFor(server: unknown, context: AdapterContext): DrainAdapter {
  if (server instanceof HttpServer) return new Http1Adapter(server, context)
  if (!(server instanceof NetServer)) {
    throw new LastcallError('LASTCALL_NOT_A_SERVER', [
      `got ${describeValue(server)}; pass what http.createServer() or your framework's listen() returned`,
    ])
  }
  const kind =
    server instanceof HttpsServer
      ? 'an https.Server'
      : `a ${server.constructor.name} (TLS, HTTP/2 or raw TCP)`
  throw new LastcallError('LASTCALL_UNSUPPORTED_SERVER', [
    `got ${kind}; this version drains http.Server only: terminate TLS and HTTP/2 in front of the pod, or leave this server out`,
  ])
}

function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return describe(value)
  const { constructor } = value
  return typeof constructor === 'function' && constructor !== Object
    ? `a ${constructor.name}`
    : describe(value)
}
