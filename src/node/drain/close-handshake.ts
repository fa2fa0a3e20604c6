import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { CloseHandshake } from '../types.ts'

/** Calls the application's close handshake. An error ends only that one connection. */
export function startCloseHandshake(
  closeHandshake: CloseHandshake | undefined,
  socket: Duplex,
  request: IncomingMessage | null,
): void {
  if (!closeHandshake) return
  void Promise.resolve()
    .then(() => closeHandshake(socket, request))
    .catch(() => socket.destroy())
}
