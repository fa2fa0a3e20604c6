import type { ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'

/** How long a connection whose last response is out waits for its client's FIN. */
const LINGER_MS = 1_000

/**
 * Makes this response say `Connection: close` when its head is written, if it is then the last one on its connection: after `close` Node drops
 * the answers to pipelined followers, whose handlers may have run already (RFC 9112 §9.3.2, §9.6).
 * @param isLast asked when the head is written
 */
export function sayClose(response: ServerResponse, isLast: () => boolean): void {
  const writeHead = response.writeHead
  response.writeHead = function closingWriteHead(this: ServerResponse, ...args: unknown[]): ServerResponse {
    // A 101 hands the connection over; it has no end that HTTP could announce.
    if (args[0] === 101 || !isLast()) return Reflect.apply(writeHead, this, args)
    const rest = args
      .slice(1)
      .map((arg) => (typeof arg === 'object' && arg !== null ? withoutConnection(arg) : arg))
    this.setHeader('Connection', 'close')
    closeGently(this)
    return Reflect.apply(writeHead, this, [args[0], ...rest])
  } as ServerResponse['writeHead']
}

/** Headers given to `writeHead` win over `setHeader`, so what they say about the connection has to go. */
function withoutConnection(headers: object): object {
  const hop = (name: unknown): boolean => /^(connection|keep-alive)$/i.test(String(name))
  if (!Array.isArray(headers))
    return Object.fromEntries(Object.entries(headers).filter(([name]) => !hop(name)))
  if (headers.every(Array.isArray)) return headers.filter(([name]) => !hop(name))
  return headers.filter((_, index) => !hop(headers[index - (index % 2)]))
}

/**
 * Replaces Node's destroy after the last response by RFC 9112 §9.6's staged close: FIN, read on, then close. A socket that is closed with
 * unread data in it resets, and the reset may overtake the response; and a client's FIN is the only sign that the response has arrived.
 */
function closeGently(response: ServerResponse): void {
  const socket = response.socket
  if (!socket) return
  socket.destroySoon = () => {
    socket.end()
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => clearTimeout(timer))
  }
}

const requestEvents: ReadonlySet<unknown> = new Set(['request', 'checkContinue', 'checkExpectation'])

/**
 * Hands requests to the server's listeners one tick later, when the parser has been through all that came in the same packet. Only then is it
 * known whether a request has pipelined followers, which a handler that answers at once would otherwise cut off with its `Connection: close`.
 * Requests behind a `close` are not handed on at all: they will not be answered, so they must not be processed (RFC 9112 §9.6).
 */
export function deferRequests(server: Server): Disposable {
  const emit = server.emit
  const deferring = function deferringEmit(this: Server, event: string, ...args: unknown[]): boolean {
    if (!requestEvents.has(event)) return Reflect.apply(emit, this, [event, ...args])
    process.nextTick(() => {
      const { socket } = args[0] as { socket: Socket }
      if (!socket.writableEnded) Reflect.apply(emit, this, [event, ...args])
    })
    return true
  }
  server.emit = deferring
  return {
    [Symbol.dispose]: () => {
      // Somebody may have wrapped it since; taking theirs away would break them.
      if (server.emit === deferring) server.emit = emit
    },
  }
}
