import type { Server } from 'node:net'

/**
 * Lets a function see the events of a server before its listeners.
 * @param take returns true if it has taken the event; the listeners do not get it then
 * @returns restores the server's own `emit`
 */
export function interceptEvents(
  server: Server,
  take: (event: string, args: readonly unknown[]) => boolean,
): Disposable {
  const emit = server.emit
  const intercepting = function interceptingEmit(this: Server, event: string, ...args: unknown[]): boolean {
    return take(event, args) || Reflect.apply(emit, this, [event, ...args])
  }
  server.emit = intercepting
  return {
    [Symbol.dispose]: () => {
      // Another wrapper may have come since. Removing it would break its owner.
      if (server.emit === intercepting) server.emit = emit
    },
  }
}
