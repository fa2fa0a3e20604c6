import {
  constants,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { ForcedClose } from '../../core/report.ts'
import { earlierOf, now, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'

/** A GOAWAY with the highest id there is asks for no more streams before it says which ones were served (RFC 9113 §6.8). */
const ANY_STREAM = 2 ** 31 - 1
/**
 * How long the answer to a PING, or the client's own GOAWAY, is waited for. An idle Node client sends neither: it is done with the session when it
 * reads the first GOAWAY, and waits for the server to close.
 */
const PING_MS = 250

interface Session {
  readonly streams: Map<ServerHttp2Stream, number>
  /** Node's own close, while ours stands in front of it. */
  readonly close: () => void
  pingTimer?: NodeJS.Timeout
}

/** HTTP/2 sessions. The set is kept from the start: the servers of Node 22 do not know theirs when they close. */
export class Http2Traffic implements Traffic {
  readonly #server: Http2Server | Http2SecureServer
  readonly #context: TrafficContext
  readonly #open = new Map<ServerHttp2Session, Session>()
  #phase: 'serving' | 'announced' | 'draining' = 'serving'

  constructor(server: Http2Server | Http2SecureServer, context: TrafficContext) {
    this.#server = server
    this.#context = context
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
    for (const [session, record] of this.#open) this.#end(session, record)
  }

  cut(): readonly ForcedClose[] {
    const cut: ForcedClose[] = []
    for (const [session, { streams, pingTimer }] of this.#open) {
      clearTimeout(pingTimer)
      for (const [stream, since] of streams) {
        if (!stream.destroyed)
          cut.push({
            kind: 'stream',
            server: this.#context.name,
            ageMs: now() - since,
            label: routeOf(stream),
          })
      }
      session.destroy(undefined, constants.NGHTTP2_CANCEL)
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
    this.#server.removeListener('session', this.#onSession)
    for (const { pingTimer } of this.#open.values()) clearTimeout(pingTimer)
    this.#open.clear()
  }

  readonly #onSession = (session: ServerHttp2Session): void => {
    const record: Session = { streams: new Map(), close: session.close.bind(session) }
    this.#open.set(session, record)
    session.prependListener('stream', (stream) => {
      record.streams.set(stream, now())
      stream.once('close', () => record.streams.delete(stream))
      if (this.#phase !== 'serving') this.#context.onLateRequest()
    })
    session.once('close', () => {
      clearTimeout(record.pingTimer)
      if (this.#open.delete(session)) this.#context.onGone()
    })
    if (this.#phase === 'announced') this.#keepOpen(session)
    if (this.#phase === 'draining') this.#end(session, record)
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
    const finish = (): void => {
      clearTimeout(record.pingTimer)
      if (!session.destroyed && !session.closed) record.close()
    }
    if (session.destroyed) return
    session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM)
    record.pingTimer = setTimeout(finish, PING_MS)
    session.once('goaway', finish)
    // False when too many pings are outstanding; then the timer decides.
    session.ping(finish)
  }
}

function routeOf(stream: ServerHttp2Stream): string {
  const headers = stream.sentHeaders
  return headers ? `stream ${stream.id}` : `stream ${stream.id}, nothing answered`
}
