import type { ServerResponse } from 'node:http'
import { endsConnection, markEnd, takePlace } from './connection-end.ts'
import { closeGently } from './linger.ts'

/**
 * Adds `Connection: close` to the head of this response if it is then the last one on its connection. After
 * `close` Node drops the responses to pipelined requests, whose handlers may have run already (RFC 9112
 * §9.3.2, §9.6).
 * @param isLast called when the head is written
 */
export function sayClose(response: ServerResponse, isLast: () => boolean): void {
  takePlace(response)
  const writeHead = response.writeHead
  response.writeHead = function closingWriteHead(this: ServerResponse, ...args: unknown[]): ServerResponse {
    // A 101 hands the connection over. HTTP cannot announce its end any more.
    if (Number(args[0]) === 101) return Reflect.apply(writeHead, this, args)
    const written = Reflect.apply(writeHead, this, isLast() ? closingHead(this, args) : args)
    endGently(this)
    return written
  } as ServerResponse['writeHead']
}

/**
 * Closes the connection gently after a response whose head announces the close. Requests that come behind it
 * are not processed.
 */
export function endGently(response: ServerResponse): void {
  if (!endsConnection(response)) return
  markEnd(response)
  closeGently(response)
}

/**
 * Returns the arguments of `writeHead` with `Connection: close`, in their original form. After `setHeader`,
 * Node handles these arguments differently: it refuses a list of pairs and reorders a flat list. So
 * `setHeader` is used only if the application has called it before.
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
  // The next `writeHead` may belong to a middleware that expects headers as the second argument when there is
  // no reason (on-headers).
  return typeof reason === 'string' ? [status, reason, closing] : [status, closing]
}

/** Headers passed to `writeHead` override `setHeader`, so their fields about the connection have to go. */
function withClose(headers: object, isSet: boolean): object {
  if (!Array.isArray(headers)) {
    const kept = Object.entries(headers).filter(([name]) => !isHop(name))
    return Object.fromEntries(isSet ? kept : [...kept, ['Connection', 'close']])
  }
  if (Array.isArray(headers[0])) {
    // Node refuses pairs after `setHeader`. It has to see them to report that.
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
