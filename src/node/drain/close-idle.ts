import type { Socket } from 'node:net'
import type { Connection, ConnectionBook } from './connections.ts'

/**
 * Closes the connections that Node's parser knows to be idle, and no others. Node also takes a connection for idle whose response was ended and is not
 * written out yet (`closeIdleConnections` asks for `finished`, lib/_http_server.js): for a client that reads slowly that would be a body cut in the
 * middle. Those are held out of its reach for the length of the call, and with them the connections that the caller wants to keep.
 */
export function closeIdle(
  server: { closeIdleConnections(): void },
  book: ConnectionBook,
  isKept: (connection: Connection) => boolean = () => false,
): void {
  const spare = [...book.open.values()]
    .filter((connection) => isWriting(connection) || isKept(connection))
    .map(({ socket }) => socket)
  const own = new Map(spare.map((socket) => [socket, Object.getOwnPropertyDescriptor(socket, 'destroy')]))
  for (const socket of spare) socket.destroy = spared
  try {
    server.closeIdleConnections()
  } finally {
    for (const [socket, descriptor] of own) {
      if (descriptor) Object.defineProperty(socket, 'destroy', descriptor)
      else Reflect.deleteProperty(socket, 'destroy')
    }
  }
}

/** Whether a response may be ended and not written out; Node itself spares the others. Of pipelined ones an older one may be. */
function isWriting({ response, earlier }: Connection): boolean {
  return response !== null && (response.writableEnded || earlier !== null)
}

function spared(this: Socket): Socket {
  return this
}
