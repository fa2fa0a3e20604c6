import { constants, type ServerHttp2Session } from 'node:http2'
import type { SessionRecord } from './http2-streams.ts'
import { closeWhenSilent } from '../let-go.ts'

/**
 * A GOAWAY with the highest id there is asks for no more streams before it says which ones were served (RFC
 * 9113 §6.8).
 */
const ANY_STREAM = 2 ** 31 - 1
/**
 * How long the answer to a PING, or the client's own GOAWAY, is waited for. An idle Node client sends
 * neither: it is done with the session when it reads the first GOAWAY, and waits for the server to close.
 */
const PING_MS = 250

/**
 * A Node client answers a GOAWAY with its own, and a Node server closes its session when it reads one,
 * refusing the streams that are behind it on the wire (`onGoawayData` in lib/internal/http2/core.js). Until
 * our own final GOAWAY that close does nothing. Node passes no callback: a close with one is the
 * application's, and ends the session as the drain does.
 */
export function keepOpen(session: ServerHttp2Session, record: SessionRecord): void {
  session.close = (callback?: () => void): void => {
    if (callback === undefined || session.destroyed) return
    session.once('close', callback)
    endSession(session, record)
  }
}

/**
 * Two GOAWAYs with a round trip between them (RFC 9113 §6.8). Between them nghttp2 lets no new stream in
 * (`session_allow_incoming_new_stream` asks whether any GOAWAY was sent, and its shutdown notice is not to be
 * had from JavaScript): what crosses the first one on the wire is not processed, and the second says so. Such
 * a stream may be sent again (RFC 9113 §8.7); what was processed is never force-closed. Once.
 */
export function endSession(session: ServerHttp2Session, record: SessionRecord): void {
  if (record.isEnding) return
  record.isEnding = true
  // That of a session whose first stream was waited for.
  clearTimeout(record.pingTimer)
  keepOpen(session, record)
  let finished = false
  const finish = (): void => {
    clearTimeout(record.pingTimer)
    if (finished) return
    finished = true
    if (!session.destroyed && !session.closed) record.close()
    letGo(record)
  }
  if (session.destroyed) return letGo(record)
  session.goaway(constants.NGHTTP2_NO_ERROR, ANY_STREAM)
  record.pingTimer = setTimeout(finish, PING_MS)
  session.once('goaway', finish)
  // False when too many pings are outstanding; then the timer decides.
  session.ping(finish)
}

function letGo({ socket, streams, lastId }: SessionRecord): void {
  if (!socket || socket.destroyed) return
  // A session on which nothing was asked has nothing that its client could miss; Node never ends one that is
  // in the middle of its first head.
  if (socket.writableFinished || (streams.size === 0 && lastId === 0)) closeWhenSilent(socket)
  else socket.once('finish', () => closeWhenSilent(socket))
}
