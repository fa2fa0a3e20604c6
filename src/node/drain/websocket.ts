import type { Duplex } from 'node:stream'

/** Going away (RFC 6455 §7.4.1): what a server says that stops. */
const GOING_AWAY = 1001
/** How long the closing handshake may take before the connection is destroyed. */
const HANDSHAKE_MS = 2_000

/**
 * Sends a close frame and gives the client time to answer it, from the moment on that all before it is written out: messages that a client has not read yet
 * are in flight, for the deadline to count. A frame of ours cannot land inside another: every library writes the bytes of one frame in one turn, and control
 * frames may stand between the fragments of a message (RFC 6455 §5.4, §5.5).
 */
export function closeWebSocket(socket: Duplex): void {
  if (socket.destroyed) return
  // An application that never writes to a connection that broke need not listen for the error that our frame meets there.
  socket.on('error', () => {})
  if (socket.writable) socket.write(Buffer.from([0x88, 0x02, GOING_AWAY >> 8, GOING_AWAY & 0xff]), letGo)
  else if (socket.writableFinished) letGo()
  else socket.once('finish', letGo)
  dropWrites(socket)

  function letGo(): void {
    if (socket.destroyed) return
    const timer = setTimeout(() => socket.destroy(), HANDSHAKE_MS)
    socket.once('close', () => clearTimeout(timer))
  }
}

/**
 * Nothing may follow a close frame (RFC 6455 §5.5.1), and the application's library does not know of ours: it goes on sending, and answers the client's close frame
 * with one of its own. Chromium takes either for a protocol error and reports 1006 (`WebSocketChannel::HandleFrameByState`, "Data frame received after close").
 */
function dropWrites(socket: Duplex): void {
  const dropped = (_chunk: unknown, encoding?: unknown, callback: unknown = encoding): boolean => {
    if (typeof callback === 'function') process.nextTick(callback as () => void)
    return true
  }
  socket.write = dropped as Duplex['write']
}
