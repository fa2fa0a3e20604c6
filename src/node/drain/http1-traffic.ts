import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { ForcedClose } from '../../core/report.ts'
import { untilQuiet } from './accept-queue.ts'
import { closeIdle } from './close-idle.ts'
import { deferRequests, sayClose } from './closing.ts'
import {
  type Connection,
  countInFlight,
  inFlightSince,
  isInFlight,
  isUnused,
  newestResponse,
  openResponses,
} from './connection.ts'
import { ConnectionBook, type ConnectionEvent } from './connections.ts'
import { resetSocket } from './raw-socket.ts'
import { routeOf } from './route.ts'
import { earlierOf, now, settleMs, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'

/** A server of Node's that speaks HTTP/1, with TLS or without. `http2.createSecureServer` is one when it allows HTTP/1. */
export interface Http1Server extends Server {
  closeIdleConnections(): void
}

/** HTTP/1 connections. */
export class Http1Traffic implements Traffic {
  readonly book: ConnectionBook
  readonly #server: Http1Server
  readonly #context: TrafficContext
  #deferral: Disposable | null = null
  /** Null before the drain. */
  #drainingSince: number | null = null
  #sweepTimer: NodeJS.Timeout | undefined
  #reconsideration: NodeJS.Immediate | undefined
  #announcedAt = 0
  /** Connections whose response promised to keep them alive and was finished after the announcement, and when; the latest last. */
  readonly #kept = new Map<Socket, number>()
  #arrivals = 0

  constructor(server: Http1Server, event: ConnectionEvent, context: TrafficContext) {
    this.#server = server
    this.#context = context
    this.book = new ConnectionBook(server, event)
  }

  get open(): number {
    return this.book.open.size
  }

  announce(): void {
    this.#announcedAt = now()
    this.#deferral = deferRequests(this.#server)
    this.book.listen({
      // A TLS handshake may end after the sweep.
      onOpen: () => this.#scheduleSweep(),
      onRequest: this.#onLateRequest,
      onFinish: this.#onFinish,
      onClose: this.#onClose,
    })
    for (const connection of this.book.open.values()) {
      for (const { response } of openResponses(connection)) this.#askToClose(connection, response)
    }
  }

  drain(): void {
    this.#drainingSince = now()
    this.#scheduleSweep()
  }

  cut(): readonly ForcedClose[] {
    this.#stopSweep()
    // What Node's parser knows to be idle is not worth a line in the report; what is left then has at least begun to send.
    closeIdle(this.#server, this.book)
    return [...this.book.open.values()].flatMap((connection) => this.#cutConnection(connection))
  }

  count(): TrafficCount {
    let active = 0
    let request = 0
    let oldestAt: number | null = null
    for (const connection of this.book.open.values()) {
      if (!isInFlight(connection)) continue
      active++
      request += countInFlight(connection)
      oldestAt = earlierOf(oldestAt, inFlightSince(connection))
    }
    return { request, stream: 0, upgrade: 0, active, idle: this.book.open.size - active, oldestAt }
  }

  release(): void {
    this.#stopSweep()
    clearImmediate(this.#reconsideration)
    this.#deferral?.[Symbol.dispose]()
    this.book.release()
  }

  #settlesAt(): number {
    let newest = lastOf(this.#kept.values()) ?? 0
    for (const connection of this.book.open.values()) {
      if (isUnused(connection)) newest = Math.max(newest, connection.openedAt)
      // While somebody is waited for anyway, idle clients have some more time to ask once more and to hear `Connection: close`.
      else if (isInFlight(connection)) newest = Math.max(newest, this.#drainingSince ?? 0)
    }
    return Math.max(this.#announcedAt + settleMs(0), newest + this.#context.settleMs)
  }

  #scheduleSweep(): void {
    // One timer for a thousand closes: the sweep looks for itself whether it has come too early.
    if (this.#drainingSince === null || this.open === 0 || this.#sweepTimer) return
    this.#sweepTimer = setTimeout(() => void this.#sweep(), Math.max(0, this.#settlesAt() - now()))
  }

  async #sweep(): Promise<void> {
    this.#sweepTimer = undefined
    // What is in the kernel's buffers is a request, not idleness; three turns bring it up.
    await untilQuiet(() => this.#arrivals)
    if (now() < this.#settlesAt()) return this.#scheduleSweep()
    // Node knows from its parser what we cannot see: a connection that has sent half of its next request is not idle.
    closeIdle(this.#server, this.book)
    for (const connection of this.book.open.values()) {
      if (isUnused(connection)) connection.socket.destroy()
    }
    this.book.dropDestroyed()
    this.#context.onGone()
  }

  readonly #onLateRequest = (
    connection: Connection,
    _request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    this.#arrivals++
    this.#kept.delete(connection.socket)
    this.#context.onLateRequest()
    this.#askToClose(connection, response)
  }

  readonly #onFinish = (connection: Connection, response: ServerResponse): void => {
    this.#reconsider()
    const saidClose = response.getHeader('connection') === 'close'
    const othersFollow = newestResponse(connection) !== response
    if (othersFollow || connection.socket.writableEnded || saidClose) return
    this.#kept.delete(connection.socket)
    this.#kept.set(connection.socket, now())
    this.#scheduleSweep()
  }

  readonly #onClose = (socket: Socket): void => {
    this.#kept.delete(socket)
    this.#reconsider()
    this.#context.onGone()
  }

  /** Who is waited for may have gone, and the sweep may come sooner than was thought. Once a turn: ten thousand may go in one. */
  #reconsider(): void {
    if (!this.#sweepTimer || this.#reconsideration) return
    this.#reconsideration = setImmediate(() => {
      this.#reconsideration = undefined
      if (!this.#sweepTimer) return
      this.#stopSweep()
      this.#scheduleSweep()
    })
  }

  #stopSweep(): void {
    clearTimeout(this.#sweepTimer)
    this.#sweepTimer = undefined
  }

  #askToClose(connection: Connection, response: ServerResponse): void {
    // Behind a close Node drops the answers to pipelined followers.
    if (response.headersSent || this.book.mayHaveUnknownFollowers(response)) return
    sayClose(response, () => newestResponse(connection) === response)
  }

  #cutConnection(connection: Connection): readonly ForcedClose[] {
    const { socket } = connection
    const answered = newestResponse(connection) === null && socket.writableEnded
    if (socket.destroyed || isUnused(connection) || answered) {
      socket.destroy()
      return []
    }
    const responses = openResponses(connection)
    resetSocket(socket)
    const details = { kind: 'request', server: this.#context.name } as const
    return responses.length === 0
      ? [{ ...details, ageMs: now() - inFlightSince(connection) }]
      : responses.map(({ response, at }) => ({ ...details, ageMs: now() - at, label: routeOf(response.req) }))
  }
}

function lastOf<T>(values: Iterable<T>): T | undefined {
  return [...values].at(-1)
}
