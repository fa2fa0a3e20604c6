import type { Duplex } from 'node:stream'

/** `readyState` of a WebSocket on which neither side has sent a close frame. */
export const OPEN = 1

/**
 * `readyState` of the WebSocket that the package `ws` runs on a socket, or null. `ws` keeps it on the socket
 * under its own symbol (`kWebSocket`, ws 7 and 8).
 */
export function wsStateOf(socket: Duplex): number | null {
  for (const key of Object.getOwnPropertySymbols(socket)) {
    if (key.description !== 'websocket') continue
    const value: unknown = Object.getOwnPropertyDescriptor(socket, key)?.value
    if (typeof value === 'object' && value !== null && 'readyState' in value) return Number(value.readyState)
  }
  return null
}
