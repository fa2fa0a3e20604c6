import type { Server, Socket } from 'node:net'

const rawSockets = new WeakMap<Socket, () => void>()

/** Follows a socket of an unknown protocol until another server takes it over. */
export function followRaw(socket: Socket, forget: () => void): void {
  rawSockets.set(socket, forget)
}

/**
 * Gives this connection to another server. Its former server, such as a port sniffer, must not wait for its
 * end: an idle HTTP client never ends it.
 */
export function takeOver(socket: Socket): void {
  rawSockets.get(socket)?.()
  rawSockets.delete(socket)
}

/**
 * Makes a server that never listens track its idle connections. Node starts that tracking at the first
 * `listen()` (`setupConnectionsTracking` and `closeIdleConnections`, lib/_http_server.js, 22 to 26); without
 * it, idle connections would hold the drain until its timeout. Call it before Node creates the connection's
 * parser.
 */
export function trackWithoutListening(server: Server): void {
  if (hasSymbol(server, 'http.server.connections')) return
  const setUp = server
    .listeners('listening')
    .find((listener): listener is () => void => listener.name === 'setupConnectionsTracking')
  if (!setUp) return
  Reflect.apply(setUp, server, [])
  // The same Node function starts a timer that looks for slow requests. Such a server had none before.
  const timer = hasSymbol(server, 'http.server.connectionsCheckingInterval')
  if (timer) clearInterval(Reflect.get(server, timer) as NodeJS.Timeout)
}

function hasSymbol(server: Server, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(server).find((symbol) => symbol.description === description)
}
