import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { now } from '../moments.ts'

/**
 * Where a stream keeps the time at which it began. A map beside it would cost every stream four times as
 * much.
 */
const beganAt: unique symbol = Symbol('lastcall.beganAt')

type Stamped = ServerHttp2Stream & { [beganAt]?: number }

/** Notes when a stream began, to the millisecond. */
export function stampStream(stream: Stamped): number {
  return (stream[beganAt] = now())
}

/**
 * When a stream began. One without a stamp (from before `serve()`, or a push) began now: its age is the least
 * it can be.
 */
export function startOf(stream: Stamped): number {
  return stream[beganAt] ?? stampStream(stream)
}

/** What is remembered of one session. */
export interface SessionRecord {
  /** Open streams by id, oldest first: the map that Node itself keeps, or one of our own. */
  readonly streams: Map<number, ServerHttp2Stream>
  readonly isOwnMap: boolean
  /** `session.socket` is a proxy that cannot be destroyed on its own. */
  readonly socket: Socket | null
  /** Node's own close, while ours stands in front of it. */
  readonly close: () => void
  readonly openedAt: number
  /**
   * The newest stream, 0 without any, and when it began: Node closes a stream whose end still waits for a
   * client that does not read.
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
 * What is in flight on a session: its open streams, or the end of the last one while its client has not got
 * it.
 * @param isUndelivered whether the kernel has still something for the client
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
