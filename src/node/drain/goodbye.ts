import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Goodbye } from '../types.ts'

/** Calls the application's goodbye; what it throws ends that one connection and nothing else. */
export function sayGoodbye(
  goodbye: Goodbye | undefined,
  socket: Duplex,
  request: IncomingMessage | null,
): void {
  if (!goodbye) return
  void Promise.resolve()
    .then(() => goodbye(socket, request))
    .catch(() => socket.destroy())
}
