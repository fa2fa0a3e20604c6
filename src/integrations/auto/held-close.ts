import type { Server } from 'node:net'
import { isOwnCall } from '../../node/drain/own-call.ts'

type Method = (this: Server, ...args: readonly unknown[]) => unknown

/**
 * Lets the application's handlers run while its servers still serve. A close now would reset requests in
 * flight. So `close()` of an open server only keeps its callback, which is called when the drain has closed
 * the server, and `closeIdleConnections()` and `closeAllConnections()` do nothing. After the drain, and for
 * lastcall itself, the original methods work.
 * @param servers the servers that are listening
 */
export function holdClose(servers: readonly Server[]): void {
  const open = new Set<Server>(servers)
  for (const server of servers) server.once('close', () => open.delete(server))
  const isHeld = (server: Server): boolean => open.has(server) && !isOwnCall()

  const holders = new Set(servers.flatMap(holdersOf))
  for (const holder of holders) {
    replace(holder, 'close', (close) => {
      return function heldClose(this: Server, ...args) {
        if (!isHeld(this)) return Reflect.apply(close, this, args)
        const [callback] = args
        if (typeof callback === 'function') this.once('close', () => void callback())
        return this
      }
    })
    for (const name of ['closeIdleConnections', 'closeAllConnections']) {
      replace(holder, name, (method) => {
        return function heldMethod(this: Server, ...args) {
          return isHeld(this) ? undefined : Reflect.apply(method, this, args)
        }
      })
    }
  }
}

/** A server and its prototypes. Each may have its own method, which libraries keep and call directly. */
function holdersOf(server: Server): readonly object[] {
  const holders: object[] = []
  for (let holder: object | null = server; holder !== null; holder = Reflect.getPrototypeOf(holder))
    holders.push(holder)
  return holders
}

function replace(holder: object, name: string, by: (method: Method) => Method): void {
  const own = Object.getOwnPropertyDescriptor(holder, name)
  if (typeof own?.value !== 'function') return
  Object.defineProperty(holder, name, { ...own, value: by(own.value as Method) })
}
