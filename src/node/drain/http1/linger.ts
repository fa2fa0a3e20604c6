import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { now } from '../moments.ts'

/** How long a client may be silent after the last response before its connection is closed. */
const SILENCE_MS = 1_000
/**
 * How many such periods the client of an upload may be silent while a handler reads it: a phone loses its
 * network for seconds. nginx's `lingering_timeout`.
 */
const UPLOAD_TURNS = 5
/**
 * How many such periods a client may keep sending behind a complete request. None of that gets a response.
 */
const SURPLUS_TURNS = 5

/** A request with a complete response, whose body still arrives and is read by a handler. */
export interface Upload {
  readonly request: IncomingMessage
  /** When its response was complete, on the clock of {@link now}. */
  readonly since: number
}

const uploads = new WeakMap<Socket, Upload>()
/** Connections whose server side ended before the client side. */
const endedFirst = new WeakSet<Socket>()

/** Whether the client of this connection has ended its side after ours. */
export function hasEndedAfterUs(socket: Socket): boolean {
  return endedFirst.has(socket) && socket.writableFinished && socket.readableEnded
}

/**
 * The upload that a handler still reads after the last response of a connection. The drain timeout cuts it
 * off, so the report has to count it.
 */
export function unfinishedUpload(socket: Socket): Upload | null {
  const upload = uploads.get(socket)
  return upload && !upload.request.complete ? upload : null
}

/**
 * Replaces Node's destroy after the last response with the staged close of RFC 9112 §9.6: FIN, read on, then
 * close. Closing a socket with unread data resets the connection, and the reset may overtake the response.
 * Also, only the client's FIN proves that the response has arrived.
 */
export function closeGently(response: ServerResponse): void {
  const { socket } = response.req
  socket.destroySoon = () => {
    if (!socket.readableEnded) endedFirst.add(socket)
    socket.end()
    linger(socket, response)
  }
}

/** Reads on as long as bytes arrive: an upload may last as long as the drain. */
function linger(socket: Socket, response: ServerResponse): void {
  const request = response.req
  const isWanted = wantsBody(response)
  if (isWanted) uploads.set(socket, { request, since: now() })
  let heard = socket.bytesRead
  let surplus = 0
  let silent = 0
  const timer = setInterval(() => {
    const isSilent = socket.bytesRead === heard
    heard = socket.bytesRead
    silent = isSilent ? silent + 1 : 0
    if (isSilent && isHeldUp(request)) {
      silent = 0
      // The handler is slow, not the client. Wait for it if it has accepted the upload; otherwise skip the
      // body.
      if (!isWanted) discard(request)
    } else if (silent >= (isWanted && !request.complete ? UPLOAD_TURNS : 1)) {
      socket.destroy()
    } else if (!isSilent && request.complete && ++surplus >= SURPLUS_TURNS) {
      socket.destroy()
    }
  }, SILENCE_MS)
  socket.once('close', () => {
    clearInterval(timer)
    // Node has let go of a request whose response is complete. Without this error its handler would wait
    // forever for the rest of the body.
    if (!request.complete) request.destroy(new AbortedError())
  })
}

/**
 * The error with which Node destroys requests whose connection closes (`abortIncoming` in
 * lib/_http_server.js).
 */
class AbortedError extends Error {
  readonly code = 'ECONNRESET'

  constructor() {
    super('aborted')
  }
}

/**
 * Whether the handler still reads an incomplete body, after a response that has not refused it. Node itself
 * discards a body without a reader.
 */
function wantsBody({ req: request, statusCode }: ServerResponse): boolean {
  const hasReader = request.listenerCount('data') + request.listenerCount('readable') > 0
  return !request.complete && hasReader && statusCode < 300
}

/** Whether the request has paused reading from its connection because its reader is slow. */
function isHeldUp(request: IncomingMessage): boolean {
  return !request.complete && (request.readableLength > 0 || request.socket.isPaused())
}

/**
 * Makes Node's parser discard the rest of a body without the handler, which may have paused it for good.
 * Unread data would turn the close into a reset. Node sets `_dumped` for a body that no handler has begun to
 * read (`IncomingMessage._dump`).
 */
function discard(request: IncomingMessage): void {
  Object.assign(request, { _dumped: true })
  request.socket.pause()
  request.socket.resume()
}
