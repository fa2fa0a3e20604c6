import { Server as HttpServer } from 'node:http'
import { createServer as createHttp2Server, type Http2SecureServer, type Http2Server } from 'node:http2'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { describe } from '../../../core/describe.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { AdapterContext, DrainAdapter } from '../adapter.ts'
import { HandshakeDrainer } from '../tls/handshake-drainer.ts'
import { type Http1Server, Http1Drainer } from '../http1/http1-drainer.ts'
import { Http2Drainer } from '../http2/http2-drainer.ts'
import { ServerAdapter, type DrainerMaker } from '../listener/server-adapter.ts'
import { TcpDrainer } from '../tcp/tcp-drainer.ts'
import type { DrainerContext } from '../protocol-drainer.ts'
import { UpgradeRequestDrainer } from '../upgrade/upgrade-request-drainer.ts'
import { UpgradeDrainer } from '../upgrade/upgrade-drainer.ts'

/** @throws LastcallError `LASTCALL_NOT_A_SERVER` */
export function refuseOther(server: unknown): asserts server is NetServer {
  if (server instanceof NetServer) return
  throw new LastcallError('LASTCALL_NOT_A_SERVER', [
    `got ${describeValue(server)}; pass what http.createServer() or your framework's listen() returned`,
  ])
}

/** Chooses the adapter that drains a server. */
export function adapterFor(server: NetServer, context: AdapterContext): DrainAdapter {
  return new ServerAdapter(server, context, drainersOf(server, context))
}

function drainersOf(server: NetServer, { closeHandshake }: AdapterContext): DrainerMaker {
  if (server instanceof HttpServer) return (context) => http1(server, 'connection', context)
  if (server instanceof HttpsServer)
    return (context) => [new HandshakeDrainer(server, context), ...http1(server, 'secureConnection', context)]
  if (isHttp2(server)) return (context) => [new Http2Drainer(server, context)]
  if (isSecureHttp2(server)) {
    return (context) => [
      new HandshakeDrainer(server, context),
      new Http2Drainer(server, context),
      ...http1(server, 'secureConnection', context),
    ]
  }
  if (server instanceof TlsServer) {
    return (context) => [
      new HandshakeDrainer(server, context),
      new TcpDrainer(server, context, closeHandshake),
    ]
  }
  return (context) => [new TcpDrainer(server, context, closeHandshake)]

  function http1(
    http: Http1Server,
    event: 'connection' | 'secureConnection',
    context: DrainerContext,
  ): [Http1Drainer, UpgradeRequestDrainer, UpgradeDrainer] {
    const drainer = new Http1Drainer(http, event, context)
    const upgrades = new UpgradeDrainer(context, closeHandshake)
    return [drainer, new UpgradeRequestDrainer(http, drainer.shared, upgrades, context), upgrades]
  }
}

// Node exports neither of its HTTP/2 server classes.
const Http2ServerClass = createHttp2Server().constructor as new () => Http2Server

function isHttp2(server: NetServer): server is Http2Server {
  return server instanceof Http2ServerClass
}

/** Among TLS servers, only those of https and of http2 can close idle connections. */
function isSecureHttp2(server: NetServer): server is Http2SecureServer & Http1Server {
  return server instanceof TlsServer && 'closeIdleConnections' in server
}

function describeValue(value: unknown): string {
  if (typeof value !== 'object' || value === null) return describe(value)
  const { constructor } = value
  return typeof constructor === 'function' && constructor !== Object
    ? `a ${constructor.name}`
    : describe(value)
}
