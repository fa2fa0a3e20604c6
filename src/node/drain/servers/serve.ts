import { Server as HttpServer } from 'node:http'
import { createServer as createHttp2Server, type Http2SecureServer, type Http2Server } from 'node:http2'
import { Server as HttpsServer } from 'node:https'
import { Server as NetServer } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { describe } from '../../../core/describe.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { AdapterContext, DrainAdapter } from '../adapter.ts'
import { HandshakeTraffic } from '../handshake-traffic.ts'
import { type Http1Server, Http1Traffic } from '../http1-traffic.ts'
import { Http2Traffic } from '../http2-traffic.ts'
import { ServerAdapter, type TrafficMaker } from '../server-adapter.ts'
import { TcpTraffic } from '../tcp-traffic.ts'
import type { TrafficContext } from '../traffic.ts'
import { UpgradeRequestTraffic } from '../upgrade-requests.ts'
import { UpgradeTraffic } from '../upgrade-traffic.ts'

/** @throws LastcallError `LASTCALL_NOT_A_SERVER` */
export function refuseOther(server: unknown): asserts server is NetServer {
  if (server instanceof NetServer) return
  throw new LastcallError('LASTCALL_NOT_A_SERVER', [
    `got ${describeValue(server)}; pass what http.createServer() or your framework's listen() returned`,
  ])
}

/** Picks what drains a server. */
export function adapterFor(server: NetServer, context: AdapterContext): DrainAdapter {
  return new ServerAdapter(server, context, trafficsOf(server, context))
}

function trafficsOf(server: NetServer, { closeHandshake }: AdapterContext): TrafficMaker {
  if (server instanceof HttpServer) return (context) => http1(server, 'connection', context)
  if (server instanceof HttpsServer)
    return (context) => [new HandshakeTraffic(server, context), ...http1(server, 'secureConnection', context)]
  if (isHttp2(server)) return (context) => [new Http2Traffic(server, context)]
  if (isSecureHttp2(server)) {
    return (context) => [
      new HandshakeTraffic(server, context),
      new Http2Traffic(server, context),
      ...http1(server, 'secureConnection', context),
    ]
  }
  if (server instanceof TlsServer) {
    return (context) => [
      new HandshakeTraffic(server, context),
      new TcpTraffic(server, context, closeHandshake),
    ]
  }
  return (context) => [new TcpTraffic(server, context, closeHandshake)]

  function http1(
    http: Http1Server,
    event: 'connection' | 'secureConnection',
    context: TrafficContext,
  ): [Http1Traffic, UpgradeRequestTraffic, UpgradeTraffic] {
    const traffic = new Http1Traffic(http, event, context)
    const upgrades = new UpgradeTraffic(context, closeHandshake)
    return [traffic, new UpgradeRequestTraffic(http, traffic.book, upgrades, context), upgrades]
  }
}

// Node exports neither of its HTTP/2 server classes.
const Http2ServerClass = createHttp2Server().constructor as new () => Http2Server

function isHttp2(server: NetServer): server is Http2Server {
  return server instanceof Http2ServerClass
}

/** Of all TLS servers only https's, and this one, can close idle connections. */
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
