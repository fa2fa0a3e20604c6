import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const places = new WeakMap<ServerResponse, number>()
const ends = new WeakMap<Socket, number>()
let newest = 0

/**
 * Numbers a response in the order of the requests. The number tells later which responses come behind a
 * `Connection: close`.
 */
export function takePlace(response: ServerResponse): void {
  places.set(response, ++newest)
}

/**
 * Whether Node ends the connection after this response, once its head is written: because of `Connection:
 * close`, or because nothing else marks the end of the body. Node has no public name for that; `_last` means
 * it in every version (`resOnFinish` in lib/_http_server.js).
 */
export function endsConnection(response: ServerResponse): boolean {
  return (response as ServerResponse & { readonly _last?: boolean })._last === true
}

/** Remembers that nothing behind this response gets a response on its connection. */
export function markEnd(response: ServerResponse): void {
  const { socket } = response.req
  const place = places.get(response) ?? 0
  ends.set(socket, Math.min(place, ends.get(socket) ?? place))
}

/** Whether a response on this connection has announced that it is the last one. */
export function hasEnd(socket: Socket): boolean {
  return socket.writableEnded || ends.has(socket)
}

/**
 * Whether the request of this response arrived behind one that was answered with `Connection: close` (RFC
 * 9112 §9.6).
 */
export function isBehindEnd(socket: Socket, response: ServerResponse): boolean {
  if (socket.writableEnded) return true
  const end = ends.get(socket)
  return end !== undefined && (places.get(response) ?? 0) > end
}
