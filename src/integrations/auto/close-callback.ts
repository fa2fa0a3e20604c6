import { Server } from 'node:net'
import { isOwnCall } from '../../node/drain/own-call.ts'

/** Servers with the result of `address()` while they listened. */
export type Addresses = ReadonlyMap<Server, ReturnType<Server['address']>>

type Callback = (error?: NodeJS.ErrnoException) => void

/**
 * Lets the application's handlers close servers that the drain has already closed. The callback of each
 * server's first `close()` gets no ERR_SERVER_NOT_RUNNING, and `address()`, which handlers log, still returns
 * the old address. It replaces the methods to which all of Node's servers delegate at call time, so a `close`
 * that a library has kept works, too. Call it after the drain: lastcall's own closing must not count as the
 * application's.
 * @param servers the servers that were listening when the shutdown began
 */
export function forgiveClose(servers: Addresses): void {
  const open = new WeakSet(servers.keys())
  const { address, close } = Server.prototype
  Server.prototype.address = function rememberedAddress(this: Server): ReturnType<Server['address']> {
    return Reflect.apply(address, this, []) ?? servers.get(this) ?? null
  }
  Server.prototype.close = function forgivingClose(this: Server, callback?: Callback): Server {
    if (isOwnCall() || !open.delete(this) || this.listening || typeof callback !== 'function') {
      return Reflect.apply(close, this, [callback])
    }
    const forgiving: Callback = (error) =>
      error?.code === 'ERR_SERVER_NOT_RUNNING' ? callback() : callback(error)
    return Reflect.apply(close, this, [forgiving])
  }
}
