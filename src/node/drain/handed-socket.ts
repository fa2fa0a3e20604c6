import type { Server, Socket } from 'node:net'

const rawSockets = new WeakMap<Socket, () => void>()

/** Follows a socket of an unknown protocol, until another server takes it over. */
export function followRaw(socket: Socket, forget: () => void): void {
  rawSockets.set(socket, forget)
}

/**
 * A server gets this connection. The one that had it before, such as a port sniffer's, must not wait for the
 * end of what is no raw conversation: an idle HTTP client never ends it.
 */
export function takeOver(socket: Socket): void {
  rawSockets.get(socket)?.()
  rawSockets.delete(socket)
}

/**
 * Makes Node's HTTP servers know which of their connections are idle, which they do from their first
 * `listen()` on only (`setupConnectionsTracking` and `closeIdleConnections`, lib/_http_server.js, 22 to 26).
 * One that never listens would keep idle connections, and the drain, to the end. To be called before the
 * connection's parser is made.
 */
export function trackWithoutListening(server: Server): void {
  if (hasSymbol(server, 'http.server.connections')) return
  const setUp = server
    .listeners('listening')
    .find((listener): listener is () => void => listener.name === 'setupConnectionsTracking')
  if (!setUp) return
  Reflect.apply(setUp, server, [])
  // It also begins to look for slow requests, which such a server never did.
  const timer = hasSymbol(server, 'http.server.connectionsCheckingInterval')
  if (timer) clearInterval(Reflect.get(server, timer) as NodeJS.Timeout)
}

function hasSymbol(server: Server, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(server).find((symbol) => symbol.description === description)
}
