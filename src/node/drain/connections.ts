import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { onRequestFinish, onRequestStart } from './request-channel.ts'
import { SocketClose } from './socket-close.ts'
import { now } from './traffic.ts'

/** What is remembered of one connection: as little as possible, there may be ten thousand. Times are whole milliseconds of `performance.now()`. */
export interface Connection {
  readonly socket: Socket
  readonly openedAt: number
  requests: number
  requestAt: number
  /** The newest unfinished response. */
  response: ServerResponse | null
  /** Older unfinished ones and when their requests came, when the client pipelines. There may be ten thousand: none may be looked for. */
  earlier: Map<ServerResponse, number> | null
}

/** What the owner of the book wants to know while a shutdown runs. */
export interface ConnectionListener {
  onOpen(): void
  onRequest(connection: Connection, request: IncomingMessage, response: ServerResponse): void
  onFinish(connection: Connection, response: ServerResponse): void
  onClose(socket: Socket): void
}

/** The event that brings a server the sockets which its protocol runs on. */
export type ConnectionEvent = 'connection' | 'secureConnection'

/** The HTTP/1 connections of one server, kept from the moment it is served. */
export class ConnectionBook {
  readonly open: Map<Socket, Connection> = new Map()
  readonly #server: Server
  readonly #event: ConnectionEvent
  #listener: ConnectionListener | null = null
  readonly #subscription: Disposable

  constructor(server: Server, event: ConnectionEvent) {
    this.#server = server
    this.#event = event
    // Before every other listener: a handler of the user's may destroy the socket or answer at once.
    server.prependListener(event, this.#onConnection)
    const start = onRequestStart(server, this.#onRequest)
    const finish = onRequestFinish(server, this.#onFinish)
    this.#subscription = {
      [Symbol.dispose]: () => {
        start[Symbol.dispose]()
        finish[Symbol.dispose]()
      },
    }
  }

  /** Reports what happens from now on. Without a listener the book only keeps itself up to date. */
  listen(listener: ConnectionListener): void {
    this.#listener = listener
  }

  /** Stops following the server. */
  release(): void {
    this.#server.removeListener(this.#event, this.#onConnection)
    this.#subscription[Symbol.dispose]()
    for (const socket of this.open.keys()) this.#closes.forget(socket)
    this.open.clear()
  }

  /** Forgets the connections that were destroyed. Their 'close' events may take as long as the closing of ten thousand handles takes. */
  dropDestroyed(): void {
    for (const socket of this.open.keys()) if (socket.destroyed) this.open.delete(socket)
  }

  /** Forgets a connection that speaks another protocol from here on. */
  hand(socket: Socket): void {
    if (this.open.delete(socket)) this.#closes.forget(socket)
  }

  readonly #onConnection = (socket: Socket & { readonly alpnProtocol?: string | false | null }): void => {
    if (socket.alpnProtocol === 'h2') return
    this.#add(socket)
    this.#listener?.onOpen()
  }

  #add(socket: Socket): Connection {
    const known = this.open.get(socket)
    if (known) return known
    const connection = { socket, openedAt: now(), requests: 0, requestAt: 0, response: null, earlier: null }
    this.open.set(socket, connection)
    this.#closes.follow(socket)
    return connection
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // A connection that was there before serve() is met here for the first time.
    const connection = this.#add(request.socket)
    if (connection.response !== null) {
      connection.earlier ??= new Map()
      connection.earlier.set(connection.response, connection.requestAt)
    }
    connection.response = response
    connection.requests++
    connection.requestAt = now()
    this.#listener?.onRequest(connection, request, response)
  }

  readonly #onFinish = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = this.open.get(request.socket)
    if (!connection) return
    if (connection.response === response) connection.response = null
    else if (connection.earlier?.delete(response) && connection.earlier.size === 0) connection.earlier = null
    this.#listener?.onFinish(connection, response)
  }

  readonly #closes = new SocketClose(forgetting(this.open, (socket) => this.#listener?.onClose(socket)))
}

function forgetting(open: Map<Socket, Connection>, told: (socket: Socket) => void): (this: Socket) => void {
  return function onSocketClose(this: Socket): void {
    if (open.delete(this)) told(this)
  }
}

/** Whether bytes have arrived that no finished request accounts for, or a response is open. What was cut is over before its 'close' says so. */
export function isInFlight(connection: Connection): boolean {
  if (connection.socket.destroyed) return false
  return connection.response !== null || (connection.requests === 0 && connection.socket.bytesRead > 0)
}

/** When the oldest request of a connection that is in flight began; a half-sent one at the latest with its connection. */
export function inFlightSince({ earlier, response, requestAt, openedAt }: Connection): number {
  return earlier?.values().next().value ?? (response === null ? openedAt : requestAt)
}

/** Whether the client has connected and sent nothing yet (browsers' preconnect, a load balancer's TCP check). */
export function isUnused(connection: Connection): boolean {
  return connection.requests === 0 && connection.socket.bytesRead === 0
}
