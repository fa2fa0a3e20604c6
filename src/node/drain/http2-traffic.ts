import {
  constants,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { ForcedClose } from '../../core/report.ts'
import { closeWhenSilent, resetUnlessClosed } from './let-go.ts'
import { earlierOf, now, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'

/** A GOAWAY with the highest id there is asks for no more streams before it says which ones were served (RFC 9113 §6.8). */
const ANY_STREAM = 2 ** 31 - 1
/**
 * How long the answer to a PING, or the client's own GOAWAY, is waited for. An idle Node client sends neither: it is done with the session when it
 * reads the first GOAWAY, and waits for the server to close.
 */
const PING_MS = 250

/**
 * For `session.destroy()` with a code and without an error. When it is undefined Node takes 0, NO_ERROR, for the code as well (`Http2Session.destroy` in
 * lib/internal/http2/core.js), and half a response looks like a whole one to its client.
 */
const noError = null as unknown as undefined

interface Session {
  readonly streams: Map<ServerHttp2Stream, number>
  /** `session.socket` is a proxy that cannot be destroyed on its own. */
  readonly socket: Socket | null
  /** Node's own close, while ours stands in front of it. */
  readonly close: () => void
  readonly openedAt: number
  /** Of the stream that was closed last, 0 without any: Node closes one whose end still waits for a client that does not read. */
  lastId: number
  lastAt: number
  isCut?: true
  pingTimer?: NodeJS.Timeout
}

/** HTTP/2 sessions. The set is kept from the start: the servers of Node 22 do not know theirs when they close. */
export class Http2Traffic implements Traffic {
  readonly #server: Http2Server | Http2SecureServer
  readonly #context: TrafficContext
  readonly #event: 'connection' | 'secureConnection'
  readonly #open = new Map<ServerHttp2Session, Session>()
  /** The connection that Node is making a session of. */
  #arriving: Socket | null = null
  #phase: 'serving' | 'announced' | 'draining' = 'serving'

  constructor(server: Http2Server | Http2SecureServer, context: TrafficContext) {
    this.#server = server
    this.#context = context
    this.#event = server instanceof TlsServer ? 'secureConnection' : 'connection'
    server.prependListener(this.#event, this.#onSocket)
    server.prependListener('session', this.#onSession)
  }

  get open(): number {
    return this.#open.size
  }

  /** Sessions stay as they are: a GOAWAY now would send their clients to connect anew while the endpoints still name this pod. */
  announce(): void {
    this.#phase = 'announced'
    for (const session of this.#open.keys()) this.#keepOpen(session)
  }

  drain(): void {
    this.#phase = 'draining'
    for (const [session, record] of this.#open) this.#endWhenUsed(session, record)
  }

  cut(): readonly ForcedClose[] {
    const cut: ForcedClose[] = []
    for (const [session, record] of this.#open) {
      const { socket, pingTimer } = record
      // It may take a moment to be gone, and everything is cut once more at the very end.
      if (record.isCut) continue
      record.isCut = true
      clearTimeout(pingTimer)
      const server = this.#context.name
      const left = unfinished(session, record)
      for (const { since, label } of left) cut.push({ kind: 'stream', server, ageMs: now() - since, label })
      // For an idle client it is an end like any other, and no error.
      session.destroy(noError, left.length > 0 ? constants.NGHTTP2_CANCEL : constants.NGHTTP2_NO_ERROR)
      if (socket) resetUnlessClosed(socket)
    }
    return cut
  }

  count(): TrafficCount {
    let stream = 0
    let active = 0
    let oldestAt: number | null = null
    for (const { streams } of this.#open.values()) {
      if (streams.size === 0) continue
      stream += streams.size
      active++
      for (const since of streams.values()) oldestAt = earlierOf(oldestAt, since)
    }
    return { request: 0, stream, upgrade: 0, active, idle: this.#open.size - active, oldestAt }
  }

  release(): void {
    this.#server.removeListener(this.#event, this.#onSocket)
    this.#server.removeListener('session', this.#onSession)
    for (const { pingTimer } of this.#open.values()) clearTimeout(pingTimer)
    this.#open.clear()
  }

  readonly #onSocket = (socket: Socket): void => {
    this.#arriving = socket
  }

  readonly #onSession = (session: ServerHttp2Session): void => {
    // 'session' is emitted by the listener that Node has for the connection.
    const socket = this.#arriving
    this.#arriving = null
    const close = session.close.bind(session)
    const record: Session = { streams: new Map(), socket, close, openedAt: now(), lastId: 0, lastAt: 0 }
    this.#open.set(session, record)
    session.prependListener('stream', (stream) => {
      record.streams.set(stream, now())
      stream.once('close', () => {
        record.lastId = stream.id ?? 0
        record.lastAt = record.streams.get(stream) ?? now()
        record.streams.delete(stream)
      })
      if (this.#phase !== 'serving') this.#context.onLateRequest()
    })
    session.once('close', () => {
      clearTimeout(record.pingTimer)
      if (this.#open.delete(session)) this.#context.onGone()
    })
    if (this.#phase === 'announced') this.#keepOpen(session)
    if (this.#phase === 'draining') this.#endWhenUsed(session, record)
  }

  /** A client that has just connected is about to ask. Its first stream is served; behind a GOAWAY it would be refused. */
  #endWhenUsed(session: ServerHttp2Session, record: Session): void {
    const { streams, lastId, openedAt } = record
    const restMs = openedAt + this.#context.settleMs - now()
    if (streams.size > 0 || lastId > 0 || restMs <= 0) return this.#end(session, record)
    this.#keepOpen(session)
    const end = (): void => {
      clearTimeout(record.pingTimer)
      this.#end(session, record)
    }
    record.pingTimer = setTimeout(end, restMs)
    session.once('stream', end)
  }

  /**
   * A Node client answers a GOAWAY with its own, and a Node server closes its session when it reads one, refusing the streams that are behind it on the wire
   * (`onGoawayData` in lib/internal/http2/core.js). Until our own final GOAWAY that close does nothing.
   */
  #keepOpen(session: ServerHttp2Session): void {
    session.close = () => {}
  }

  /**
   * Two GOAWAYs with a round trip between them (RFC 9113 §6.8). Between them nghttp2 lets no new stream in (`session_allow_incoming_new_stream` asks
   * whether any GOAWAY was sent, and its shutdown notice is not to be had from JavaScript): what crosses the first one on the wire is not processed, and
   * the second says so. Such a stream may be sent again (RFC 9113 §8.7); what was processed is never cut.
   */
  #end(session: ServerHttp2Session, record: Session): void {
    this.#keepOpen(session)
    let finished = false
    const finish = (): void => {
      clearTimeout(record.pingTimer)
      if (finished) return
      finished = true
      if (!session.destroyed && !session.closed) record.close()
      this.#letGo(record)
    }
    if (session.destroyed) return this.#letGo(record)
    session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM)
    record.pingTimer = setTimeout(finish, PING_MS)
    session.once('goaway', finish)
    // False when too many pings are outstanding; then the timer decides.
    session.ping(finish)
  }

  #letGo({ socket, streams, lastId }: Session): void {
    if (!socket || socket.destroyed) return
    // A session on which nothing was asked has nothing that its client could miss; Node never ends one that is in the middle of its first head.
    if (socket.writableFinished || (streams.size === 0 && lastId === 0)) closeWhenSilent(socket)
    else socket.once('finish', () => closeWhenSilent(socket))
  }
}

interface Unfinished {
  readonly since: number
  readonly label: string
}

function unfinished(session: ServerHttp2Session, record: Session): readonly Unfinished[] {
  const { streams, socket, lastId, lastAt } = record
  const open = [...streams].filter(([stream]) => !stream.destroyed)
  if (open.length > 0) return open.map(([stream, since]) => ({ since, label: routeOf(stream) }))
  // All streams are closed, and yet the session could not be written out.
  const stuck = session.closed && lastId > 0 && socket?.writableFinished === false && !socket.destroyed
  return stuck ? [{ since: lastAt, label: `stream ${lastId}` }] : []
}

function routeOf(stream: ServerHttp2Stream): string {
  const headers = stream.sentHeaders
  return headers ? `stream ${stream.id}` : `stream ${stream.id}, nothing answered`
}
