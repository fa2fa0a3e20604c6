import type { ServerResponse } from 'node:http'
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { type Server, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

// Node has no public list of a server's connections. Every lookup here reads internals of Node 22, 24 and 26
// and checks what it finds. With an unknown Node it returns nothing; those connections are then noticed at
// their next event.

/** An HTTP/1 connection that was open before its server was served. */
export interface PresentHttp1 {
  readonly socket: Socket
  /** The response that is being written, or null. */
  readonly response: ServerResponse | null
  /** Whether a request has arrived only in part. */
  readonly isMidRequest: boolean
}

/**
 * The connections that a server has accepted and not closed, as its 'connection' event delivered them. For a
 * TLS server these are the raw sockets inside its TLS sockets. Sockets that the application has unref'd are
 * missing.
 */
export function acceptedSockets(server: Server): readonly Socket[] {
  const { _getActiveHandles: list } = process as unknown as { _getActiveHandles?: () => unknown }
  const handles = typeof list === 'function' ? Reflect.apply(list, process, []) : []
  if (!Array.isArray(handles)) return []
  return handles.filter((handle): handle is Socket => {
    if (!(handle instanceof Socket) || handle.destroyed) return false
    // http and http2 set `server` as well. Only `_server` names the listener that has accepted the
    // connection.
    return (handle as Socket & { readonly _server?: unknown })._server === server
  })
}

/** The TLS socket around a raw one, during and after its handshake. */
export function tlsSocketAround(raw: Socket): TLSSocket | null {
  const found: TLSSocket[] = []
  const prototype = TLSSocket.prototype as unknown as Record<string, unknown>
  const forward = prototype['_emitTLSError']
  // Only a raw socket's error listener refers to its TLS socket. So this calls the listener while the method
  // that it would call only records the TLS socket.
  const handsOn = raw.listeners('error').find((listener) => /\bthis\._emitTLSError\(/.test(String(listener)))
  if (!handsOn || typeof forward !== 'function') return null
  prototype['_emitTLSError'] = function capture(this: TLSSocket): void {
    found.push(this)
  }
  try {
    Reflect.apply(handsOn, raw, [null])
  } finally {
    prototype['_emitTLSError'] = forward
  }
  return found[0] ?? null
}

/** The sockets on which a TLS server's protocol runs: those with a finished handshake. */
export function securedSockets(server: Server): readonly TLSSocket[] {
  return acceptedSockets(server).flatMap((raw) => {
    const secure = tlsSocketAround(raw) as (TLSSocket & { readonly secureConnecting?: boolean }) | null
    return secure && !secure.destroyed && secure.secureConnecting === false ? [secure] : []
  })
}

/** The HTTP/1 connections of a server (http, https, http2 with `allowHTTP1`), without upgraded ones. */
export function presentHttp1(server: Server): readonly PresentHttp1[] {
  const list = valueNamed(server, 'http.server.connections') as ConnectionsList | undefined
  if (typeof list?.all !== 'function' || typeof list.idle !== 'function') return []
  const idle = new Set(list.idle())
  return list.all().flatMap((parser) => {
    const socket = parser.socket as (Socket & { readonly _httpMessage?: ServerResponse | null }) | null
    if (!socket || socket.destroyed) return []
    const response = socket._httpMessage ?? null
    return [{ socket, response, isMidRequest: socket.bytesRead > 0 && !idle.has(parser) }]
  })
}

/**
 * The connections of an HTTP server that no longer speak HTTP/1: WebSockets, other upgrades, CONNECT tunnels.
 */
export function presentUpgraded(server: Server, isTls: boolean): readonly Socket[] {
  const http1 = new Set<Socket>(presentHttp1(server).map(({ socket }) => socket))
  const sockets: readonly Socket[] = isTls ? securedSockets(server) : acceptedSockets(server)
  return sockets.filter((socket) => !http1.has(socket) && !sessionOn(socket))
}

/** The HTTP/2 session on a socket, or null. */
export function sessionOn(socket: Socket): ServerHttp2Session | null {
  for (const value of ownValues(socket)) if (isSession(value)) return value
  return null
}

/** The HTTP/2 sessions of a server with their sockets. */
export function presentSessions(server: Server, isTls: boolean): ReadonlyMap<ServerHttp2Session, Socket> {
  const sockets: readonly Socket[] = isTls ? securedSockets(server) : acceptedSockets(server)
  return new Map(
    sockets.flatMap((socket) => {
      const session = sessionOn(socket)
      return session && !session.destroyed ? [[session, socket] as const] : []
    }),
  )
}

/** Node's own map of a session's open streams, by id, oldest first; null when Node does not expose it. */
export function streamsOf(session: ServerHttp2Session): Map<number, ServerHttp2Stream> | null {
  const state = valueNamed(session, 'state') as
    { readonly streams?: Map<number, ServerHttp2Stream> } | undefined
  // Its class is internal to Node.
  return typeof state?.streams?.values === 'function' ? state.streams : null
}

interface ConnectionsList {
  all(): readonly Parser[]
  idle(): readonly Parser[]
}

interface Parser {
  readonly socket: Socket | null
}

function isSession(value: unknown): value is ServerHttp2Session {
  return typeof value === 'object' && value !== null && 'goaway' in value && 'ping' in value
}

function valueNamed(target: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(target).find(({ description }) => description === name)
  return symbol && (target as Record<symbol, unknown>)[symbol]
}

/** Own values of an object, without running a getter. */
function ownValues(target: object): readonly unknown[] {
  return Reflect.ownKeys(target).map((key) => Object.getOwnPropertyDescriptor(target, key)?.value)
}
