import {
  constants,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import { undeliveredNow } from '../kernel/delivery.ts'
import { endSession, keepOpen } from './http2-end.ts'
import { type SessionRecord, stampStream, startOf, unfinished } from './http2-streams.ts'
import { resetUnlessClosed } from '../let-go.ts'
import { presentSessions, streamsOf } from '../present-connections.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'

/**
 * For `session.destroy()` with a code and without an error. If the error were undefined, Node would replace
 * the code by NO_ERROR (`Http2Session.destroy` in lib/internal/http2/core.js), and the client would take half
 * a response for a whole one.
 */
const noError = null as unknown as undefined

/**
 * Drains HTTP/2 sessions. It keeps its own set from the start, because servers of Node 22 do not know their
 * sessions when they close.
 */
export class Http2Drainer implements ProtocolDrainer {
  readonly #server: Http2Server | Http2SecureServer
  readonly #context: DrainerContext
  readonly #event: 'connection' | 'secureConnection'
  readonly #open = new Map<ServerHttp2Session, SessionRecord>()
  /** The connection for which Node is creating a session. */
  #arriving: Socket | null = null
  #phase: 'serving' | 'announced' | 'draining' = 'serving'

  constructor(server: Http2Server | Http2SecureServer, context: DrainerContext) {
    this.#server = server
    this.#context = context
    this.#event = server instanceof TlsServer ? 'secureConnection' : 'connection'
    server.prependListener(this.#event, this.#onSocket)
    server.prependListener('session', this.#onSession)
    for (const [session, socket] of presentSessions(server, server instanceof TlsServer)) {
      this.#add(session, socket, session.state.lastProcStreamID ?? 0)
    }
  }

  get open(): number {
    return this.#open.size
  }

  /**
   * Does nothing to sessions: a GOAWAY now would make their clients reconnect while the endpoints still name
   * this pod.
   */
  announce(): void {
    this.#phase = 'announced'
    for (const [session, record] of this.#open) keepOpen(session, record)
  }

  drain(): void {
    this.#phase = 'draining'
    for (const [session, record] of this.#open) this.#endWhenUsed(session, record)
  }

  forceClose(): readonly ForcedClose[] {
    const forced: ForcedClose[] = []
    const isUndelivered = undeliveredNow()
    for (const [session, record] of this.#open) {
      const { socket } = record
      // A destroyed session may take a moment to disappear, and the very end of the shutdown force-closes
      // everything once more.
      if (record.isForceClosed) continue
      record.isForceClosed = true
      const server = this.#context.name
      const left = unfinished(session, record, isUndelivered)
      for (const { since, label } of left)
        forced.push({ kind: 'stream', server, ageMs: now() - since, label })
      // An idle client sees a normal end, not an error.
      session.destroy(noError, left.length > 0 ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_NO_ERROR)
      if (socket) resetUnlessClosed(socket)
    }
    return forced
  }

  count(): DrainerCount {
    let stream = 0
    let active = 0
    let oldestAt: number | null = null
    for (const { streams } of this.#open.values()) {
      const [oldest] = streams.values()
      if (!oldest) continue
      stream += streams.size
      active++
      oldestAt = earlierOf(oldestAt, startOf(oldest))
    }
    return { ...noneInFlight, stream, active, idle: this.#open.size - active, oldestAt }
  }

  release(): void {
    this.#server.removeListener(this.#event, this.#onSocket)
    this.#server.removeListener('session', this.#onSession)
    for (const [session, { pingTimer }] of this.#open) {
      clearTimeout(pingTimer)
      session.removeListener('stream', this.#onStream)
    }
    this.#open.clear()
  }

  readonly #onSocket = (socket: Socket): void => {
    this.#arriving = socket
  }

  readonly #onSession = (session: ServerHttp2Session): void => {
    // 'session' is emitted by Node's own listener for the connection.
    const socket = this.#arriving
    this.#arriving = null
    const record = this.#add(session, socket, 0)
    if (this.#phase === 'announced') keepOpen(session, record)
    if (this.#phase === 'draining') this.#endWhenUsed(session, record)
  }

  #add(session: ServerHttp2Session, socket: Socket | null, lastId: number): SessionRecord {
    const listed = streamsOf(session)
    const record: SessionRecord = {
      streams: listed ?? new Map(),
      isOwnMap: listed === null,
      socket,
      close: session.close.bind(session),
      openedAt: now(),
      lastId,
      lastAt: now(),
    }
    this.#open.set(session, record)
    for (const stream of record.streams.values()) startOf(stream)
    session.prependListener('stream', this.#onStream)
    session.once('close', () => {
      clearTimeout(record.pingTimer)
      if (this.#open.delete(session)) this.#context.onGone()
    })
    return record
  }

  /** Runs for every stream. Only the start time has to be noted now; Node knows everything else later. */
  readonly #onStream = (stream: ServerHttp2Stream): void => {
    const began = stampStream(stream)
    // A stream that was reset in the same packet that opened it has no session any more.
    const record = stream.session && this.#open.get(stream.session as ServerHttp2Session)
    if (record) {
      record.lastId = stream.id ?? 0
      record.lastAt = began
      if (record.isOwnMap) follow(record.streams, stream)
    }
    if (this.#phase !== 'serving') this.#context.onLateRequest()
  }

  /**
   * A client that has just connected is about to send a request. Its first stream is served; after a GOAWAY
   * it would be refused.
   */
  #endWhenUsed(session: ServerHttp2Session, record: SessionRecord): void {
    const { lastId, openedAt, isEnding } = record
    if (isEnding) return
    const restMs = openedAt + this.#context.settleMs - now()
    if (lastId > 0 || restMs <= 0) return endSession(session, record)
    keepOpen(session, record)
    const end = (): void => endSession(session, record)
    record.pingTimer = setTimeout(end, restMs)
    session.once('stream', end)
  }
}

/** Keeps the map of streams for a Node that does not expose its own. */
function follow(streams: Map<number, ServerHttp2Stream>, stream: ServerHttp2Stream): void {
  const id = stream.id ?? 0
  streams.set(id, stream)
  stream.once('close', () => streams.delete(id))
}
