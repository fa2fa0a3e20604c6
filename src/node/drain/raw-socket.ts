import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

const rawSockets = new WeakMap<Duplex, Socket>()

/** Remembers the TCP socket inside a TLS socket. */
export function linkRawSocket(secure: Duplex, raw: Socket): void {
  rawSockets.set(secure, raw)
}

/**
 * Ends a connection with a reset, so that what was not complete does not look complete to a client that has no length to compare with (RFC 9112 §8).
 * Only TCP can be reset: a TLS socket by the one inside it, and a unix socket not at all.
 */
export function resetSocket(socket: Socket): void {
  try {
    const raw = rawSockets.get(socket) ?? socket
    raw.resetAndDestroy()
  } catch {
    // ERR_INVALID_HANDLE_TYPE: a pipe. Closing it is all there is.
  }
  socket.destroy()
}
