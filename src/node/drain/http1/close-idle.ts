import type { Socket } from 'node:net'
import { type Connection, currentResponse } from './connection.ts'
import { ownCall } from '../own-call.ts'
import type { ConnectionTracker } from './connection-tracker.ts'

/**
 * Closes the connections that Node's parser knows to be idle, and no others. Node also takes a connection for
 * idle whose response was ended and is not
 * written out yet (`closeIdleConnections` asks for `finished`, lib/_http_server.js): for a client that reads
 * slowly that would be a body truncated in the
 * middle. Those are held out of its reach for the length of the call, and with them the connections that the
 * caller wants to keep.
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

/** Whether the current response is ended and not written out; Node itself spares the others. */
function isWriting({ socket }: Connection): boolean {
  return currentResponse(socket)?.writableEnded === true
}

function spared(this: Socket): Socket {
  return this
}
