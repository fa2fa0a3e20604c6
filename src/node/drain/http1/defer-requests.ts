import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Server, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { hasEnd, isBehindEnd } from './connection-end.ts'
import { interceptEvents } from '../intercept-events.ts'

const requestEvents: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

/**
 * Handles requests and upgrades that came behind a `Connection: close`. They get no response, so they are not
 * processed (RFC 9112 §9.6).
 */
export interface Unprocessed {
  onRequest(request: IncomingMessage, response: ServerResponse): void
  onUpgrade(socket: Socket): void
}

/**
 * Passes requests to the server's listeners one tick later, after the parser has read the whole packet. Only
 * then it is known whether a request has pipelined followers: a handler that answers at once would cut them
 * off with its `Connection: close`. Later events of the parser (an error, an upgrade) keep their place behind
 * the requests.
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

  /** Passes all waiting requests on. If a handler throws, the remaining ones still have their own ticks. */
  function handOnAll(socket: Socket): void {
    while (deferred.get(socket)?.length) handOnNext(socket)
  }

  return interceptEvents(server, (event, args) => {
    // An application may emit requests on its server that came over no connection.
    const { socket } = (args[0] ?? {}) as Partial<IncomingMessage>
    if (requestEvents.has(event) && socket) {
      const waiting = deferred.get(socket)
      if (waiting) waiting.push([event, ...args])
      else {
        deferred.set(socket, [[event, ...args]])
        // A custom stream may end in the same tick that brings a request. Node would then end the connection
        // before the handler runs.
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
