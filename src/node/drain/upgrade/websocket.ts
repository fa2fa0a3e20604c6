import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { destroyWhenDelivered } from '../let-go.ts'
import { writeLast } from './outgoing.ts'

/** Going away (RFC 6455 §7.4.1): the code of a server that stops. */
const GOING_AWAY = 1001
/** How long the close handshake may take before the connection is destroyed. */
const HANDSHAKE_MS = 2_000

/**
 * Sends a close frame and gives the client time to answer it. The time begins when everything before the
 * frame is written out: unread messages are in flight and belong to the drain timeout. Only for a connection
 * between two frames; control frames may come between the fragments of a message (RFC 6455 §5.4, §5.5).
 *
 * Nothing may follow a close frame (RFC 6455 §5.5.1). The application's library does not know about ours: it
 * would keep sending, and would answer the client's close frame with its own. Chromium reports either one as
 * a protocol error with code 1006 (`WebSocketChannel::HandleFrameByState`, "Data frame received after
 * close"). So later writes are dropped.
 */
export function closeWebSocket(socket: Duplex): void {
  if (socket.destroyed) return
  ignoreErrors(socket)
  const frame = Buffer.from([0x88, 0x02, GOING_AWAY >> 8, GOING_AWAY & 0xff])
  if (socket.writable) writeLast(socket, frame, () => letGo(socket))
  else letGoWhenEnded(socket)
}

/**
 * Gives the client time to answer the close frame that the application itself has sent. A second one would be
 * a protocol error.
 */
export function awaitCloseAnswer(socket: Duplex): void {
  if (socket.destroyed) return
  ignoreErrors(socket)
  // The callback of an empty write runs when everything before it is written out.
  if (socket.writable) writeLast(socket, Buffer.alloc(0), () => letGo(socket))
  else letGoWhenEnded(socket)
}

/**
 * Handles write errors on a broken connection: an application that never writes need not have an error
 * listener.
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
  // Written data may still be in the kernel. If the connection was closed now, the client's next frame would
  // cause a reset.
  const timer = setInterval(() => void destroyWhenDelivered(socket as Socket), HANDSHAKE_MS)
  socket.once('close', () => clearInterval(timer))
}
