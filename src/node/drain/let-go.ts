import type { Socket } from 'node:net'
import { resetSocket } from './raw-socket.ts'

/** How long a client may be silent, once all is written out, before its connection is closed for it. */
const SILENCE_MS = 1_000
/** How long the last frames of a session that is cut may take before its connection is reset. */
const LAST_FRAMES_MS = 250

/**
 * Closes a connection whose client says nothing any more. Node ends its own side and waits for the client's FIN, for ever if need be. A client that reads
 * slowly what the kernel still has for it opens its HTTP/2 windows meanwhile: it is not silent.
 */
export function closeWhenSilent(socket: Socket): void {
  let heard = socket.bytesRead
  const timer = setInterval(() => {
    if (socket.bytesRead === heard) socket.destroy()
    heard = socket.bytesRead
  }, SILENCE_MS)
  socket.once('close', () => clearInterval(timer))
}

/** Resets a connection that does not close soon: a destroyed session first writes out all it has, which a client that does not read never takes. */
export function resetUnlessClosed(socket: Socket): void {
  const timer = setTimeout(() => resetSocket(socket), LAST_FRAMES_MS)
  socket.once('close', () => clearTimeout(timer))
}
