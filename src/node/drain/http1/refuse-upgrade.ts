import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long the client of a refused upgrade may take to close. */
const LINGER_MS = 1_000

/**
 * Answers an upgrade with 503 instead of passing it to the application, which would open what is about to
 * close. Node has already removed all its listeners from the socket. So this code has to handle errors, which
 * would be uncaught otherwise, and read on to notice the client's FIN.
 * @param pending the unfinished response to an earlier request on the connection; it comes first, and if it
 *   says `Connection: close` there is no 503 (RFC 9112 §9.3.2, §9.6)
 */
export function refuseUpgrade(socket: Duplex, pending: ServerResponse | null): void {
  socket.on('error', () => {})
  socket.resume()
  if (!pending) return end(socket)
  pending.once('close', () => end(socket))
  // Node has also removed the listener that tells a response when it may write on.
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
