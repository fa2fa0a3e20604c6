import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long the client of a refused upgrade may take to close. */
const LINGER_MS = 1_000

/**
 * Answers 503 instead of handing an upgrade to the application, which would open what is about to be closed.
 * Node has taken all its listeners off the socket by
 * then: nobody else hears of an error on it, which would be an uncaught one, and nobody reads on, so that the
 * client's end would go unnoticed.
 * @param pending the answer to an earlier request on the connection that is still under way; it comes
 *   first, and when it says `Connection: close` there is no
 * other (RFC 9112 §9.3.2, §9.6)
 */
export function refuseUpgrade(socket: Duplex, pending: ServerResponse | null): void {
  socket.on('error', () => {})
  socket.resume()
  if (!pending) return end(socket)
  pending.once('close', () => end(socket))
  // With its listeners Node took away what tells a response that it may write on.
  socket.on('drain', () => {
    if (pending.writableNeedDrain && pending.socket === socket) pending.emit('drain')
  })
}

function end(socket: Duplex): void {
  if (socket.destroyed) return
  if (socket.writable) {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}
