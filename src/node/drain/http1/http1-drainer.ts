import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { ForcedClose } from '../../../core/report.ts'
import { untilQuiet } from '../accept-queue.ts'
import { closeIdle } from './close-idle.ts'
import { endGently, sayClose } from './closing.ts'
import { endsConnection } from './connection-end.ts'
import {
  type Connection,
  isInFlight,
  isLastResponse,
  isUnused,
  newestResponse,
  openResponses,
  withdraw,
} from './connection.ts'
import { type ConnectionEvent, ConnectionTracker, type SharedConnections } from './connection-tracker.ts'
import { deferRequests } from './defer-requests.ts'
import { forceCloseConnection } from './http1-record.ts'
import { KeptAlive } from './kept-alive.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { Stragglers } from './stragglers.ts'
import { now, settleMs } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'

/**
 * A Node server that speaks HTTP/1, with or without TLS. `http2.createSecureServer` is one when it allows
 * HTTP/1.
 */
export interface Http1Server extends Server {
  closeIdleConnections(): void
}

/** Drains HTTP/1 connections. */
export class Http1Drainer implements ProtocolDrainer {
  readonly #tracker: ConnectionTracker
  readonly #server: Http1Server
  readonly #context: DrainerContext
  #deferral: Disposable | null = null
  /** Null before the drain. */
  #drainingSince: number | null = null
  #sweepTimer: NodeJS.Timeout | undefined
  #reconsideration: NodeJS.Immediate | undefined
  #announcedAt = 0
  readonly #kept = new KeptAlive()
  readonly #stragglers: Stragglers
  #arrivals = 0

  constructor(server: Http1Server, event: ConnectionEvent, context: DrainerContext) {
    this.#server = server
    this.#context = context
    this.#stragglers = new Stragglers(context.settleMs)
    this.#tracker = new ConnectionTracker(server, event)
  }

  /** The connections, for drainers that take some of them over. */
  get shared(): SharedConnections {
    return this.#tracker
  }

  get open(): number {
    return this.#tracker.size
  }

  announce(): void {
    this.#announcedAt = now()
    this.#deferral = deferRequests(this.#server, {
      onRequest: this.#onUnprocessed,
      onUpgrade: (socket) => {
        const connection = this.#tracker.get(socket)
        refuseUpgrade(socket, connection ? newestResponse(connection) : null)
      },
    })
    this.#tracker.listen({
      // A TLS handshake may finish after the sweep.
      onOpen: () => this.#scheduleSweep(),
      onRequest: this.#onLateRequest,
      onFinish: this.#onFinish,
      onClose: this.#onClose,
    })
    for (const connection of this.#tracker.connections()) {
      for (const { response } of openResponses(connection)) {
        this.#context.onAnswering(connection.socket)
        this.#askToClose(connection, response)
      }
    }
  }

  drain(): void {
    this.#drainingSince = now()
    this.#scheduleSweep()
  }

  forceClose(): readonly ForcedClose[] {
    this.#stopSweep()
    // Connections that Node's parser knows to be idle need no line in the report. The rest has at least begun
    // to send.
    closeIdle(this.#server, this.#tracker)
    return [...this.#tracker.connections()].flatMap((connection) =>
      forceCloseConnection(connection, this.#context.name),
    )
  }

  count(): DrainerCount {
    return this.#tracker.count()
  }

  release(): void {
    this.#stopSweep()
    clearImmediate(this.#reconsideration)
    this.#deferral?.[Symbol.dispose]()
    this.#tracker.release()
  }

  #settlesAt(): number {
    let newest = this.#kept.latestAt
    for (const connection of this.#tracker.connections()) {
      if (isUnused(connection)) newest = Math.max(newest, connection.openedAt)
      // The drain waits for this connection anyway. So idle clients get more time to send one more request
      // and to receive `Connection: close`.
      else if (isInFlight(connection)) newest = Math.max(newest, this.#drainingSince ?? 0)
    }
    const settlesAt = newest + this.#context.settleMs
    return Math.max(this.#announcedAt + settleMs(0), settlesAt, this.#stragglers.dueAt)
  }

  #scheduleSweep(): void {
    // One timer for a thousand closes: the sweep itself checks whether it has come too early.
    if (this.#drainingSince === null || this.open === 0 || this.#sweepTimer) return
    this.#sweepTimer = setTimeout(() => void this.#sweep(), Math.max(0, this.#settlesAt() - now()))
  }

  async #sweep(): Promise<void> {
    this.#sweepTimer = undefined
    // Bytes in the kernel's buffers are a request, not idleness. Three turns bring them up.
    await untilQuiet(() => this.#arrivals)
    if (now() < this.#settlesAt()) return this.#scheduleSweep()
    // Node's parser knows what is not visible here: a connection that has sent half of its next request is
    // not idle.
    this.#tracker.destroyAll(() => {
      closeIdle(this.#server, this.#tracker, (connection) => this.#stragglers.isYoung(connection))
      for (const connection of this.#tracker.connections()) {
        if (isUnused(connection)) connection.socket.destroy()
      }
    })
    this.#stragglers.look(this.#tracker.connections())
    if (this.#stragglers.hasAny) this.#scheduleSweep()
    this.#context.onGone()
  }

  readonly #onLateRequest = (
    connection: Connection,
    _request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    this.#arrivals++
    this.#kept.delete(connection.socket)
    this.#context.onLateRequest(connection.socket)
    this.#askToClose(connection, response)
  }

  readonly #onFinish = (connection: Connection, response: ServerResponse): void => {
    this.#reconsider()
    const othersFollow = newestResponse(connection) !== response
    if (othersFollow || connection.socket.writableEnded || endsConnection(response)) return
    this.#kept.add(connection.socket)
    this.#scheduleSweep()
  }

  /**
   * A request that no handler gets is not in flight. Its body must be read, or it would fill the buffers and
   * hide the client's FIN.
   */
  readonly #onUnprocessed = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume()
    const connection = this.#tracker.get(request.socket)
    if (connection) withdraw(connection, response)
  }

  readonly #onClose = (socket: Socket): void => {
    this.#kept.delete(socket)
    this.#reconsider()
    this.#context.onGone()
  }

  /**
   * Closing connections can make an earlier sweep possible. Recompute once per turn, not once per connection.
   */
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
    if (response.headersSent) return endGently(response)
    // After a close, Node would drop the responses to pipelined followers.
    if (this.#tracker.mayHaveUnknownFollowers(response)) return
    sayClose(response, () => isLastResponse(connection, response))
  }
}
