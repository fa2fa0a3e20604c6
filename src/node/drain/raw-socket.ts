import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a TLS socket of Node 22, 24 and 26 knows of the connection inside it. */
interface TlsInternals {
  /** A TCP or unix socket. */
  readonly _parent?: Socket | null
  /** Any other stream, inside the socket that Node makes of it. */
  readonly _handle?: { readonly _parentWrap?: { readonly stream?: Duplex } | null } | null
}

/** The connection inside a TLS socket; null for a socket without TLS, or when Node does not tell. */
export function rawSocketIn(socket: Duplex): Duplex | null {
  const { _parent, _handle } = socket as Duplex & TlsInternals
  return _parent ?? _handle?._parentWrap?.stream ?? null
}

/**
 * Ends a connection with a reset, so that what was not complete does not look complete to a client that has
 * no length to compare with (RFC 9112 §8).
 * Only TCP can be reset: a TLS socket by the one inside it, and a unix socket not at all.
 */
export function resetSocket(socket: Socket): void {
  const raw = (rawSocketIn(socket) ?? socket) as Partial<Socket>
  try {
    raw.resetAndDestroy?.()
  } catch {
    // ERR_INVALID_HANDLE_TYPE: a pipe. Closing it is all there is.
  }
  socket.destroy()
}
