import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const places = new WeakMap<ServerResponse, number>()
const ends = new WeakMap<Socket, number>()
let newest = 0

/**
 * Numbers a response in the order in which the requests came, so that it is known later which ones stand
 * behind a `Connection: close`.
 */
export function takePlace(response: ServerResponse): void {
  places.set(response, ++newest)
}

/**
 * Whether Node ends the connection behind this response, once its head is written: it says `Connection:
 * close`, or its body has no other end. Node has no public name for that; `_last` means it in every version
 * (`resOnFinish` in lib/_http_server.js).
 */
export function endsConnection(response: ServerResponse): boolean {
  return (response as ServerResponse & { readonly _last?: boolean })._last === true
}

/** Remembers that nothing behind this response will be answered on its connection. */
export function markEnd(response: ServerResponse): void {
  const { socket } = response.req
  const place = places.get(response) ?? 0
  ends.set(socket, Math.min(place, ends.get(socket) ?? place))
}

/** Whether a response on this connection has said that it is the last one. */
export function hasEnd(socket: Socket): boolean {
  return socket.writableEnded || ends.has(socket)
}

/**
 * Whether the request of this response came behind one whose answer said `Connection: close` (RFC 9112
 * §9.6).
 */
export function isBehindEnd(socket: Socket, response: ServerResponse): boolean {
  if (socket.writableEnded) return true
  const end = ends.get(socket)
  return end !== undefined && (places.get(response) ?? 0) > end
}
