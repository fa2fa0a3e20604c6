import type { ServerResponse } from 'node:http'
import { endsConnection, markEnd, takePlace } from './connection-end.ts'
import { closeGently } from './linger.ts'

/**
 * Makes this response say `Connection: close` when its head is written, if it is then the last one on its
 * connection: after `close` Node drops
 * the answers to pipelined followers, whose handlers may have run already (RFC 9112 §9.3.2, §9.6).
 * @param isLast asked when the head is written
 */
export function sayClose(response: ServerResponse, isLast: () => boolean): void {
  takePlace(response)
  const writeHead = response.writeHead
  response.writeHead = function closingWriteHead(this: ServerResponse, ...args: unknown[]): ServerResponse {
    // A 101 hands the connection over; it has no end that HTTP could announce.
    if (Number(args[0]) === 101) return Reflect.apply(writeHead, this, args)
    const written = Reflect.apply(writeHead, this, isLast() ? closingHead(this, args) : args)
    endGently(this)
    return written
  } as ServerResponse['writeHead']
}

/**
 * Closes the connection gently behind a response whose head says that it is the last one, and has nothing
 * processed that comes behind it.
 */
export function endGently(response: ServerResponse): void {
  if (!endsConnection(response)) return
  markEnd(response)
  closeGently(response)
}

/**
 * The arguments of `writeHead` with `Connection: close`, in the form in which they came. `setHeader` would
 * turn Node to its other way of taking them, which refuses a list of pairs and orders a flat list anew; so it
 * is used only when the application has set headers before.
 */
function closingHead(response: ServerResponse, args: readonly unknown[]): readonly unknown[] {
  const [status, reason, last] = args
  const headers = typeof reason === 'string' ? last : (last ?? reason)
  const isSet = response.getHeaderNames().length > 0 || typeof headers !== 'object' || headers === null
  if (isSet) {
    response.setHeader('Connection', 'close')
    response.removeHeader('Keep-Alive')
  }
  if (typeof headers !== 'object' || headers === null) return args
  const closing = withClose(headers, isSet)
  // A middleware's own `writeHead` may stand behind this one, and look for headers in the second place when
  // there is no reason (on-headers).
  return typeof reason === 'string' ? [status, reason, closing] : [status, closing]
}

/** Headers given to `writeHead` win over `setHeader`, so what they say about the connection has to go. */
function withClose(headers: object, isSet: boolean): object {
  if (!Array.isArray(headers)) {
    const kept = Object.entries(headers).filter(([name]) => !isHop(name))
    return Object.fromEntries(isSet ? kept : [...kept, ['Connection', 'close']])
  }
  if (Array.isArray(headers[0])) {
    // Node refuses pairs beside headers that were set before, and has to see them for it.
    if (isSet) return headers
    const kept = headers.filter((entry) => !Array.isArray(entry) || !isHop(entry[0]))
    return [...kept, ['Connection', 'close']]
  }
  const kept = headers.filter((_, index) => !isHop(headers[index - (index % 2)]))
  return isSet ? kept : [...kept, 'Connection', 'close']
}

function isHop(name: unknown): boolean {
  return /^(connection|keep-alive)$/i.test(String(name))
}
