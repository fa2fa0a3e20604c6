import type { Socket } from 'node:net'
import { newestResponse } from './connection.ts'
import type { ConnectionBook } from './connections.ts'

/**
 * Closes the connections that Node's parser knows to be idle, and no others. Node also takes a connection for idle whose response was ended and is not
 * written out yet (`closeIdleConnections` asks for `finished`, lib/_http_server.js): for a client that reads slowly that would be a body cut in the
 * middle. Those are held out of its reach for the length of the call.
 */
export function closeIdle(server: { closeIdleConnections(): void }, book: ConnectionBook): void {
  const writing = [...book.open.values()]
    .filter((connection) => newestResponse(connection) !== null)
    .map(({ socket }) => socket)
  const own = new Map(writing.map((socket) => [socket, Object.getOwnPropertyDescriptor(socket, 'destroy')]))
  for (const socket of writing) socket.destroy = spared
  try {
    server.closeIdleConnections()
  } finally {
    for (const [socket, descriptor] of own) {
      if (descriptor) Object.defineProperty(socket, 'destroy', descriptor)
      else Reflect.deleteProperty(socket, 'destroy')
    }
  }
}

function spared(this: Socket): Socket {
  return this
}
