import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { destroyWhenDelivered } from '../let-go.ts'
import { writeLast } from './outgoing.ts'

/** Going away (RFC 6455 §7.4.1): what a server says that stops. */
const GOING_AWAY = 1001
/** How long the closing handshake may take before the connection is destroyed. */
const HANDSHAKE_MS = 2_000

/**
 * Sends a close frame and gives the client time to answer it, from the moment on that all before it is
 * written out: messages that a client has not read yet are in flight, for the deadline to count. Only for a
 * connection that is between two frames; control frames may stand between the fragments of a message (RFC
 * 6455 §5.4, §5.5).
 *
 * Nothing may follow a close frame (RFC 6455 §5.5.1), and the application's library does not know of ours: it
 * goes on sending, and answers the client's close frame with one of its own. Chromium takes either for a
 * protocol error and reports 1006 (`WebSocketChannel::HandleFrameByState`, "Data frame received after
 * close"). So the rest is dropped.
 */
export function closeWebSocket(socket: Duplex): void {
  if (socket.destroyed) return
  ignoreErrors(socket)
  const frame = Buffer.from([0x88, 0x02, GOING_AWAY >> 8, GOING_AWAY & 0xff])
  if (socket.writable) writeLast(socket, frame, () => letGo(socket))
  else letGoWhenEnded(socket)
}

/**
 * Gives the client time to answer the close frame that the application has sent itself. A second one would be
 * a protocol error.
 */
export function awaitCloseAnswer(socket: Duplex): void {
  if (socket.destroyed) return
  ignoreErrors(socket)
  // The callback of an empty write comes when everything before it is written out.
  if (socket.writable) writeLast(socket, Buffer.alloc(0), () => letGo(socket))
  else letGoWhenEnded(socket)
}

/**
 * An application that never writes to a connection that broke need not listen for the error that our write
 * meets there.
 */
function ignoreErrors(socket: Duplex): void {
  socket.on('error', () => {})
}

function letGoWhenEnded(socket: Duplex): void {
  if (socket.writableFinished) letGo(socket)
  else socket.once('finish', () => letGo(socket))
}

function letGo(socket: Duplex): void {
  if (socket.destroyed) return
  // What is written out may be in the kernel still, and the client's next frame on a closed connection would
  // reset it.
  const timer = setInterval(() => void destroyWhenDelivered(socket as Socket), HANDSHAKE_MS)
  socket.once('close', () => clearInterval(timer))
}
