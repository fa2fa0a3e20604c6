import type { Socket } from 'node:net'
import { isDelivering, wasDelivering } from './kernel/delivery.ts'
import { resetSocket } from './raw-socket.ts'

/** How long a client may be silent, after everything is written out, before its connection is closed. */
const SILENCE_MS = 1_000
/** How long the last frames of a force-closed session may take before its connection is reset. */
const LAST_FRAMES_MS = 250

/**
 * Closes a connection whose client has stopped sending. Node ends its own side and then waits for the
 * client's FIN without a limit. A client that slowly reads what the kernel still has for it may be silent,
 * too, until its HTTP/2 windows are half empty; it is not closed.
 */
export function closeWhenSilent(socket: Socket): void {
  let heard = socket.bytesRead
  const timer = setInterval(() => {
    if (socket.bytesRead === heard) void destroyWhenDelivered(socket)
    heard = socket.bytesRead
  }, SILENCE_MS)
  socket.once('close', () => clearInterval(timer))
}

/**
 * Destroys a connection unless the kernel had data for its client at this call or at the previous one. Call
 * it again until the connection is closed.
 */
export async function destroyWhenDelivered(socket: Socket): Promise<void> {
  const hadToDeliver = wasDelivering(socket)
  if (!(await isDelivering(socket)) && !hadToDeliver) socket.destroy()
}

/**
 * Resets a connection that does not close soon. A destroyed session first writes out all its data, which a
 * client that does not read never takes.
 */
export function resetUnlessClosed(socket: Socket): void {
  const timer = setTimeout(() => resetSocket(socket), LAST_FRAMES_MS)
  socket.once('close', () => clearTimeout(timer))
}
