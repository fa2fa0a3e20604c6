import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** The connection inside a TLS socket, as Node 22, 24 and 26 store it. */
interface TlsInternals {
  /** A TCP or unix socket. */
  readonly _parent?: Socket | null
  /** Any other stream, which Node wraps into a socket. */
  readonly _handle?: { readonly _parentWrap?: { readonly stream?: Duplex } | null } | null
}

/** The connection inside a TLS socket; null without TLS, or when Node does not expose it. */
export function rawSocketIn(socket: Duplex): Duplex | null {
  const { _parent, _handle } = socket as Duplex & TlsInternals
  return _parent ?? _handle?._parentWrap?.stream ?? null
}

/**
 * Ends a connection with a reset: without it, a client that knows no length would take an incomplete response
 * for a complete one (RFC 9112 §8). Only TCP can be reset. For a TLS socket this resets the socket inside it;
 * a unix socket cannot be reset.
 */
export function resetSocket(socket: Socket): void {
  const raw = (rawSocketIn(socket) ?? socket) as Partial<Socket>
  try {
    raw.resetAndDestroy?.()
  } catch {
    // ERR_INVALID_HANDLE_TYPE: a pipe. It can only be closed.
  }
  socket.destroy()
}
