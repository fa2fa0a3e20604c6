import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { now } from '../moments.ts'

/**
 * How long the client of a connection whose last response is out may be silent before the connection is
 * closed for it.
 */
const SILENCE_MS = 1_000
/**
 * How many such times the client of an upload may be silent that a handler reads: a phone loses its network
 * for seconds. nginx's `lingering_timeout`.
 */
const UPLOAD_TURNS = 5
/**
 * How many such times a client may go on sending behind a request that is complete. Nothing that it sends
 * then will be answered.
 */
const SURPLUS_TURNS = 5

/** A request whose answer is complete and whose body still comes, with a handler that reads it. */
export interface Upload {
  readonly request: IncomingMessage
  /** When its answer was complete, on the clock of {@link now}. */
  readonly since: number
}

const uploads = new WeakMap<Socket, Upload>()
/** Connections that we have ended while their clients had not. */
const endedFirst = new WeakSet<Socket>()

/** Whether the client of this connection has ended its side behind ours. */
export function hasEndedAfterUs(socket: Socket): boolean {
  return endedFirst.has(socket) && socket.writableFinished && socket.readableEnded
}

/**
 * What a handler still reads on a connection whose last response is out. The deadline ends it, so the
 * deadline has to count it.
 */
export function unfinishedUpload(socket: Socket): Upload | null {
  const upload = uploads.get(socket)
  return upload && !upload.request.complete ? upload : null
}

/**
 * Replaces Node's destroy after the last response by RFC 9112 §9.6's staged close: FIN, read on, then close.
 * A socket that is closed with unread data in it resets, and the reset may overtake the response; and a
 * client's FIN is the only sign that the response has arrived.
 */
export function closeGently(response: ServerResponse): void {
  const { socket } = response.req
  socket.destroySoon = () => {
    if (!socket.readableEnded) endedFirst.add(socket)
    socket.end()
    linger(socket, response)
  }
}

/** Reads on as long as bytes arrive: an upload may take as long as the drain. */
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
      // The handler is slow, not the client. It is waited for when it has accepted the upload, and skipped
      // when it has refused it.
      if (!isWanted) discard(request)
    } else if (silent >= (isWanted && !request.complete ? UPLOAD_TURNS : 1)) {
      socket.destroy()
    } else if (!isSilent && request.complete && ++surplus >= SURPLUS_TURNS) {
      socket.destroy()
    }
  }, SILENCE_MS)
  socket.once('close', () => {
    clearInterval(timer)
    // Node has let go of a request whose answer is out, so its handler would wait for the rest of the body
    // for ever.
    if (!request.complete) request.destroy(new AbortedError())
  })
}

/**
 * What Node's own requests are destroyed with when their connection closes (`abortIncoming` in
 * lib/_http_server.js).
 */
class AbortedError extends Error {
  readonly code = 'ECONNRESET'

  constructor() {
    super('aborted')
  }
}

/**
 * Whether the handler reads a body that is not complete, after an answer that has not refused it. Node itself
 * discards a body without a reader.
 */
function wantsBody({ req: request, statusCode }: ServerResponse): boolean {
  const hasReader = request.listenerCount('data') + request.listenerCount('readable') > 0
  return !request.complete && hasReader && statusCode < 300
}

/** Whether the request has stopped reading from its connection because what it has read was not taken. */
function isHeldUp(request: IncomingMessage): boolean {
  return !request.complete && (request.readableLength > 0 || request.socket.isPaused())
}

/**
 * Lets Node's parser throw the rest of a body away without a word to the handler, which may have paused it
 * for good. Unread data would turn the close into a reset. `_dumped` is what Node sets for a body that no
 * handler has begun to read (`IncomingMessage._dump`).
 */
function discard(request: IncomingMessage): void {
  Object.assign(request, { _dumped: true })
  request.socket.pause()
  request.socket.resume()
}
