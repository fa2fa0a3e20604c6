import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer } from 'node:net'
import type { ForcedClose } from '../../core/report.ts'
import type { ServerSnapshot } from '../types.ts'
import { untilQuiet } from './accept-queue.ts'
import type { AdapterContext, DrainAdapter } from './adapter.ts'
import { deferRequests, sayClose } from './closing.ts'
import { type Connection, ConnectionBook, isInFlight, isUnused, now } from './connections.ts'

/**
 * How long a connection is kept whose client may have written already: one that was just accepted, or whose last response promised to keep
 * it alive. Long enough for a client in the same cluster to use it or read our answer; in a shutdown with a delay it has long passed.
 */
const SETTLE_MS = 100

/** Drains an `http.Server`. */
export class Http1Adapter implements DrainAdapter {
  readonly name: string
  readonly #server: Server
  readonly #context: AdapterContext
  readonly #book: ConnectionBook
  #deferral: Disposable | null = null
  #draining: Promise<void> | null = null
  #drained: (() => void) | null = null
  #sweepTimer: NodeJS.Timeout | undefined
  /** When a keep-alive response was last finished, or the shutdown announced. */
  #lastKeptAt = 0

  constructor(server: Server, context: AdapterContext) {
    this.name = context.name
    this.#server = server
    this.#context = context
    this.#book = new ConnectionBook(server)
    server.on('listening', this.#onListening)
  }

  isListening(): boolean {
    return this.#server.listening
  }

  announceClose(): void {
    if (this.#deferral) return
    this.#lastKeptAt = now()
    this.#deferral = deferRequests(this.#server)
    this.#book.listen({
      onRequest: this.#onLateRequest,
      onFinish: this.#onFinish,
      onClose: () => this.#settle(),
    })
    for (const connection of this.#book.open.values()) {
      for (const response of openResponses(connection)) this.#askToClose(connection, response)
    }
  }

  drain(): Promise<void> {
    this.announceClose()
    this.#draining ??= this.#drain()
    return this.#draining
  }

  cut(): readonly ForcedClose[] {
    clearTimeout(this.#sweepTimer)
    // What Node's parser knows to be idle is not worth a line in the report; what is left then has at least begun to send.
    this.#server.closeIdleConnections()
    const cut = [...this.#book.open.values()].flatMap((connection) => this.#cutConnection(connection))
    this.#draining ??= Promise.resolve()
    this.#closeListener()
    this.#server.closeAllConnections()
    return cut
  }

  snapshot(): ServerSnapshot {
    let active = 0
    let request = 0
    for (const connection of this.#book.open.values()) {
      if (!isInFlight(connection)) continue
      active++
      request += 1 + (connection.earlier?.length ?? 0)
    }
    const opened = this.#book.lastOpenedAt
    return {
      name: this.name,
      inFlight: { request, stream: 0, upgrade: 0 },
      connections: { active, idle: this.#book.open.size - active },
      lastNewConnectionAt: opened === null ? null : performance.timeOrigin + opened,
    }
  }

  release(): void {
    clearTimeout(this.#sweepTimer)
    this.#server.removeListener('listening', this.#onListening)
    this.#deferral?.[Symbol.dispose]()
    this.#book.release()
  }

  async #drain(): Promise<void> {
    const gone = new Promise<void>((resolve) => (this.#drained = resolve))
    await untilQuiet(() => this.#book.accepted)
    this.#closeListener()
    this.#settle()
    await gone
    // Node's own close also stops the timer that looks for slow requests; until now it was needed, since a half-sent request holds the drain.
    this.#server.close(() => {})
  }

  /** Only the listener: `http.Server`'s own close destroys idle connections whose next request may be in the kernel already (Node >= 19). */
  #closeListener(): void {
    if (this.#server.listening) Reflect.apply(NetServer.prototype.close, this.#server, [])
  }

  /** Looks whether everything is gone, and sees to it that what is idle goes. */
  #settle(): void {
    if (!this.#drained || this.#server.listening) return
    if (this.#book.open.size === 0) return this.#drained()
    const waitMs = Math.max(this.#lastKeptAt, this.#book.lastOpenedAt ?? 0) + SETTLE_MS - now()
    clearTimeout(this.#sweepTimer)
    this.#sweepTimer = setTimeout(() => void this.#sweep(), Math.max(0, waitMs))
  }

  async #sweep(): Promise<void> {
    // What is in the kernel's buffers is a request, not idleness; three turns bring it up.
    await untilQuiet(() => this.#arrivals)
    if (now() < Math.max(this.#lastKeptAt, this.#book.lastOpenedAt ?? 0) + SETTLE_MS) return this.#settle()
    // Node knows from its parser what we cannot see: a connection that has sent half of its next request is not idle.
    this.#server.closeIdleConnections()
    for (const connection of this.#book.open.values()) {
      if (isUnused(connection)) connection.socket.destroy()
    }
  }

  #arrivals = 0

  readonly #onLateRequest = (
    connection: Connection,
    _request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    this.#arrivals++
    this.#context.onLateRequest()
    this.#askToClose(connection, response)
  }

  readonly #onFinish = (connection: Connection, response: ServerResponse): void => {
    if (
      connection.response !== null ||
      connection.socket.writableEnded ||
      response.getHeader('connection') === 'close'
    )
      return
    this.#lastKeptAt = now()
    this.#settle()
  }

  readonly #onListening = (): void => {
    this.#context.onListening()
    // Somebody who was still starting got his port after the drain had closed all others.
    if (this.#draining) this.#closeListener()
  }

  #askToClose(connection: Connection, response: ServerResponse): void {
    if (!response.headersSent) sayClose(response, () => connection.response === response)
  }

  #cutConnection(connection: Connection): readonly ForcedClose[] {
    const { socket } = connection
    const answered = connection.response === null && socket.writableEnded
    if (socket.destroyed || isUnused(connection) || answered) {
      socket.destroy()
      return []
    }
    const responses = openResponses(connection)
    const ageMs = now() - (responses.length === 0 ? connection.openedAt : connection.requestAt)
    // A reset, not an end: a body without a length would look complete (RFC 9112 §8).
    socket.resetAndDestroy()
    const details = { kind: 'request', server: this.name, ageMs } as const
    return responses.length === 0
      ? [details]
      : responses.map((response) => ({ ...details, label: routeOf(response.req) }))
  }
}

function openResponses(connection: Connection): readonly ServerResponse[] {
  return connection.response === null ? [] : [...(connection.earlier ?? []), connection.response]
}

/** Method and path without the query, which may hold secrets. */
function routeOf(request: IncomingMessage): string {
  return `${request.method} ${request.url?.split('?', 1)[0]?.slice(0, 80)}`
}
