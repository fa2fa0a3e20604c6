import type { Socket } from 'node:net'
import { type Connection, currentResponse } from './connection.ts'
import { ownCall } from '../own-call.ts'
import type { ConnectionTracker } from './connection-tracker.ts'

/**
 * Closes only the connections that are really idle. Node also counts a connection as idle when its response
 * has ended but is not written out yet (`closeIdleConnections` checks `finished`, lib/_http_server.js);
 * closing it would truncate the body for a slow reader. During the call, those connections and the ones that
 * the caller keeps are protected from Node.
 */
export function closeIdle(
  server: { closeIdleConnections(): void },
  tracker: ConnectionTracker,
  isKept: (connection: Connection) => boolean = () => false,
): void {
  const spare: Socket[] = []
  for (const connection of tracker.connections())
    if (isWriting(connection) || isKept(connection)) spare.push(connection.socket)
  const own = new Map(spare.map((socket) => [socket, Object.getOwnPropertyDescriptor(socket, 'destroy')]))
  for (const socket of spare) socket.destroy = spared
  try {
    ownCall(() => server.closeIdleConnections())
  } finally {
    for (const [socket, descriptor] of own) {
      if (descriptor) Object.defineProperty(socket, 'destroy', descriptor)
      else Reflect.deleteProperty(socket, 'destroy')
    }
  }
}

/**
 * Whether the current response has ended and is not written out. Node itself spares the other open responses.
 */
function isWriting({ socket }: Connection): boolean {
  return currentResponse(socket)?.writableEnded === true
}

function spared(this: Socket): Socket {
  return this
}
