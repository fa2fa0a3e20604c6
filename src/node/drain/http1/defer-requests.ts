import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { hasEnd, isBehindEnd } from './connection-end.ts'
import { interceptEvents } from '../intercept-events.ts'

const requestEvents: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

/**
 * What becomes of requests and upgrades that came behind a `Connection: close`. They will not be answered, so
 * they are not processed (RFC 9112 §9.6).
 */
export interface Unprocessed {
  onRequest(request: IncomingMessage, response: ServerResponse): void
  onUpgrade(socket: Socket): void
}

/**
 * Hands requests to the server's listeners one tick later, when the parser has been through all that came in
 * the same packet. Only then is it known whether a request has pipelined followers, which a handler that
 * answers at once would otherwise break off with its `Connection: close`. What the parser says next about the
 * connection (an error, an upgrade) comes behind them all the same.
 */
export function deferRequests(server: Server, unprocessed: Unprocessed): Disposable {
  const emit = server.emit
  const deferred = new WeakMap<Socket, unknown[][]>()

  function handOnNext(this: void, socket: Socket): void {
    const next = deferred.get(socket)?.shift()
    if (!next) return
    const [request, response] = next.slice(1) as [IncomingMessage, ServerResponse]
    if (isBehindEnd(socket, response)) unprocessed.onRequest(request, response)
    else Reflect.apply(emit, server, next)
  }

  /** When a handler throws, the others have their ticks still. */
  function handOnAll(socket: Socket): void {
    while (deferred.get(socket)?.length) handOnNext(socket)
  }

  return interceptEvents(server, (event, args) => {
    // An application may hand requests to its server that came over no connection.
    const { socket } = (args[0] ?? {}) as Partial<IncomingMessage>
    if (requestEvents.has(event) && socket) {
      const waiting = deferred.get(socket)
      if (waiting) waiting.push([event, ...args])
      else {
        deferred.set(socket, [[event, ...args]])
        // A stream of the application's own may end in the very tick that brings a request, and Node then
        // ends the connection before the handler runs.
        if (!(socket instanceof Socket)) (socket as Duplex).prependListener('end', () => handOnAll(socket))
      }
      process.nextTick(handOnNext, socket)
      return true
    }
    if (event === 'clientError') handOnAll(args[1] as Socket)
    if ((event !== 'upgrade' && event !== 'connect') || !socket) return false
    handOnAll(socket)
    if (!hasEnd(socket)) return false
    unprocessed.onUpgrade(socket)
    return true
  })
}
