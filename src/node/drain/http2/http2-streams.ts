import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { now } from '../moments.ts'

/**
 * Property in which a stream keeps its start time. A separate map would cost every stream four times as much.
 */
const beganAt: unique symbol = Symbol('lastcall.beganAt')

type Stamped = ServerHttp2Stream & { [beganAt]?: number }

/** Stores the start time of a stream, in milliseconds. */
export function stampStream(stream: Stamped): number {
  return (stream[beganAt] = now())
}

/**
 * When a stream began. A stream without a start time (a push, or one from before `serve()`) counts as just
 * begun.
 */
export function startOf(stream: Stamped): number {
  return stream[beganAt] ?? stampStream(stream)
}

/** What lastcall remembers of one session. */
export interface SessionRecord {
  /** Open streams by id, oldest first: Node's own map, or one of ours. */
  readonly streams: Map<number, ServerHttp2Stream>
  readonly isOwnMap: boolean
  /** The real socket: `session.socket` is a proxy that cannot be destroyed on its own. */
  readonly socket: Socket | null
  /** Node's own `close`, while ours replaces it. */
  readonly close: () => void
  readonly openedAt: number
  /**
   * Id of the newest stream, 0 without any, and its start time. Node closes a stream even if its end still
   * waits for a client that does not read.
   */
  lastId: number
  lastAt: number
  isForceClosed?: true
  /** Whether its end has begun. */
  isEnding?: true
  pingTimer?: NodeJS.Timeout
}

/** Something that a client still waits for. */
export interface Unfinished {
  readonly since: number
  readonly label: string
}

/**
 * What is in flight on a session: its open streams, or the end of the last stream if its client has not
 * received it.
 * @param isUndelivered whether the kernel still has data for the client
 */
export function unfinished(
  session: ServerHttp2Session,
  record: SessionRecord,
  isUndelivered: (socket: Socket) => boolean,
): readonly Unfinished[] {
  const { streams, socket, lastId, lastAt } = record
  const open = [...streams.values()].filter((stream) => !stream.destroyed)
  if (open.length > 0) return open.map((stream) => ({ since: startOf(stream), label: labelOf(stream) }))
  const isStuck =
    session.closed &&
    lastId > 0 &&
    socket?.destroyed === false &&
    (!socket.writableFinished || isUndelivered(socket))
  return isStuck ? [{ since: lastAt, label: `stream ${lastId}` }] : []
}

function labelOf(stream: ServerHttp2Stream): string {
  return stream.headersSent ? `stream ${stream.id}` : `stream ${stream.id}, nothing answered`
}
