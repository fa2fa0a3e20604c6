import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { noneInFlight } from '../../../core/in-flight.ts'
import { onRequestFinish, onRequestStart } from './request-channel.ts'
import {
  type Connection,
  countInFlight,
  currentResponse,
  inFlightSince,
  isInFlight,
  type Pipeline,
} from './connection.ts'
import { presentHttp1, type PresentHttp1 } from '../present-connections.ts'
import { OpenSockets } from '../open-sockets.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerCount } from '../protocol-drainer.ts'

/** What the connections' drainer needs to know during a shutdown. */
export interface ConnectionListener {
  onOpen(): void
  onRequest(connection: Connection, request: IncomingMessage, response: ServerResponse): void
  onFinish(connection: Connection, response: ServerResponse): void
  onClose(socket: Socket): void
}

/** The event that gives a server the sockets on which its protocol runs. */
export type ConnectionEvent = 'connection' | 'secureConnection'

/**
 * From this number of connections on, each doubling triggers a search for connections that were sent to
 * another process. With fewer, the search is not worth its cost.
 */
const LEAST_TO_FORGET = 32

/** What drainers other than the HTTP/1 drainer may do with its connections. */
export type SharedConnections = Pick<ConnectionTracker, 'get' | 'handOver'>

/** The HTTP/1 connections of one server, tracked from the moment it is served. */
export class ConnectionTracker {
  readonly #server: Server
  readonly #event: ConnectionEvent
  #listener: ConnectionListener | null = null
  readonly #subscriptions: Disposable[] = []
  /** The next number of connections at which to search for sent connections. */
  #forgetsAt = LEAST_TO_FORGET
  readonly #begunBefore = new WeakSet<ServerResponse>()
  readonly #open = new OpenSockets<Connection>((socket) => this.#listener?.onClose(socket))

  constructor(server: Server, event: ConnectionEvent) {
    this.#server = server
    this.#event = event
    // Runs before every other listener: a user's listener may destroy the socket or answer at once.
    server.prependListener(event, this.#onConnection)
    this.#subscriptions.push(onRequestStart(server, this.#onRequest))
    for (const present of presentHttp1(server)) this.#addPresent(present)
  }

  get size(): number {
    return this.#open.size
  }

  get(socket: Socket): Connection | undefined {
    return this.#open.get(socket)
  }

  /** All connections, oldest first. */
  connections(): IterableIterator<Connection> {
    return this.#open.values()
  }

  count(): DrainerCount {
    this.#forgetSent()
    let active = 0
    let request = 0
    let oldestAt: number | null = null
    for (const connection of this.#open.values()) {
      if (!isInFlight(connection)) continue
      active++
      request += countInFlight(connection)
      oldestAt = earlierOf(oldestAt, inFlightSince(connection))
    }
    return { ...noneInFlight, request, active, idle: this.#open.size - active, oldestAt }
  }

  /** Reports events from now on. Without a listener the tracker only keeps itself up to date. */
  listen(listener: ConnectionListener): void {
    // Subscribes only now: each subscriber costs every request of the process time.
    if (this.#listener === null) this.#subscriptions.push(onRequestFinish(this.#server, this.#onFinish))
    this.#listener = listener
  }

  /**
   * Forgets connections that were sent to another process. They have lost their handle and never emit 'close'
   * here.
   */
  #forgetSent(): void {
    for (const { socket, requests } of this.#open.values()) {
      if (requests > 0 || !socket.pending || socket.destroyed) continue
      this.#open.delete(socket)
      this.#listener?.onClose(socket)
    }
    this.#forgetsAt = Math.max(LEAST_TO_FORGET, 2 * this.#open.size)
  }

  /** Stops following the server. */
  release(): void {
    this.#server.removeListener(this.#event, this.#onConnection)
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]()
    this.#open.clear()
  }

  /** Forgets the connections that this call destroys, without waiting for each of them to close. */
  destroyAll(destroy: () => void): void {
    this.#open.destroyAll(destroy)
  }

  /** Forgets a connection that speaks another protocol from now on. */
  handOver(socket: Socket): void {
    this.#open.delete(socket)
  }

  readonly #onConnection = (socket: Socket & { readonly alpnProtocol?: string | false | null }): void => {
    if (socket.alpnProtocol === 'h2') return
    this.#add(socket)
    this.#listener?.onOpen()
  }

  #add(socket: Socket): Connection {
    const known = this.#open.get(socket)
    if (known) return known
    if (this.#open.size >= this.#forgetsAt) this.#forgetSent()
    const connection = { socket, openedAt: now(), requests: 0, requestAt: 0, pipeline: null }
    this.#open.add(socket, connection)
    return connection
  }

  /** Adds a connection that was open before the server was served. */
  #addPresent({ socket, response, isMidRequest }: PresentHttp1): void {
    const connection = this.#add(socket)
    const isFirstRequest = isMidRequest && response === null
    if (socket.bytesRead > 0 && !isFirstRequest) connection.requests = 1
    connection.requestAt = connection.openedAt
    if (response) this.#begunBefore.add(response)
  }

  /**
   * Whether a response may have unknown pipelined followers: its request came before the server was served.
   */
  mayHaveUnknownFollowers(response: ServerResponse): boolean {
    return this.#begunBefore.has(response)
  }

  readonly #onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = this.#add(request.socket)
    const at = now()
    // Node assigns the socket to the new response later. A response that is there now belongs to an earlier
    // request.
    const current = currentResponse(request.socket)
    if (current !== null) this.#pipeline(connection, current, response, at)
    else if (connection.pipeline !== null) connection.pipeline = null
    connection.requests++
    connection.requestAt = at
    this.#listener?.onRequest(connection, request, response)
  }

  #pipeline(connection: Connection, current: ServerResponse, newest: ServerResponse, at: number): void {
    connection.pipeline ??= this.#newPipeline(connection, current)
    connection.pipeline.newest = newest
    this.#follow(connection.pipeline, newest, at)
  }

  #newPipeline({ requestAt }: Connection, current: ServerResponse): Pipeline {
    const pipeline = { since: new Map(), newest: current }
    this.#follow(pipeline, current, requestAt)
    return pipeline
  }

  /** Stops keeping a response after its end, so an idle client does not hold memory. */
  #follow({ since }: Pipeline, response: ServerResponse, at: number): void {
    since.set(response, at)
    response.once('close', () => since.delete(response))
  }

  readonly #onFinish = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = this.#open.get(request.socket)
    if (connection) this.#listener?.onFinish(connection, response)
  }
}
