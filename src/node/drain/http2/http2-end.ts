import { constants, type ServerHttp2Session } from 'node:http2'
import type { SessionRecord } from './http2-streams.ts'
import { closeWhenSilent } from '../let-go.ts'

/**
 * A GOAWAY with the highest possible id asks for no more streams, before the final one says which were served
 * (RFC 9113 §6.8).
 */
const ANY_STREAM = 2 ** 31 - 1
/**
 * How long to wait for the answer to a PING or for the client's own GOAWAY. An idle Node client sends
 * neither: it drops the session at the first GOAWAY and waits for the server to close.
 */
const PING_MS = 250

/**
 * Prevents a session from closing too early. A Node client answers a GOAWAY with its own. A Node server then
 * closes its session and refuses streams that are still on the wire (`onGoawayData` in
 * lib/internal/http2/core.js). So until our final GOAWAY, this close does nothing. Node passes no callback; a
 * close with a callback is the application's, and ends the session like the drain.
 */
export function keepOpen(session: ServerHttp2Session, record: SessionRecord): void {
  session.close = (callback?: () => void): void => {
    if (callback === undefined || session.destroyed) return
    session.once('close', callback)
    endSession(session, record)
  }
}

/**
 * Sends two GOAWAYs with a round trip between them (RFC 9113 §6.8). In between, nghttp2 accepts no new stream
 * (`session_allow_incoming_new_stream` checks for any GOAWAY, and JavaScript cannot send its shutdown
 * notice). Streams that cross the first GOAWAY on the wire are not processed, the second one says so, and
 * clients may send them again (RFC 9113 §8.7). Processed streams are never force-closed here. Runs once.
 */
export function endSession(session: ServerHttp2Session, record: SessionRecord): void {
  if (record.isEnding) return
  record.isEnding = true
  // The timer of a session that was waiting for its first stream.
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
  // Returns false when too many pings are outstanding. Then the timer decides.
  session.ping(finish)
}

function letGo({ socket, streams, lastId }: SessionRecord): void {
  if (!socket || socket.destroyed) return
  // The client of a session without any stream cannot miss anything. Node never ends a session in the middle
  // of its first head.
  if (socket.writableFinished || (streams.size === 0 && lastId === 0)) closeWhenSilent(socket)
  else socket.once('finish', () => closeWhenSilent(socket))
}
