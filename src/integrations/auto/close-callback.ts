import { Server } from 'node:net'
import { isOwnCall } from '../../node/drain/own-call.ts'

/** Servers with what `address()` said of them while they listened. */
export type Addresses = ReadonlyMap<Server, ReturnType<Server['address']>>

type Callback = (error?: NodeJS.ErrnoException) => void

/**
 * Lets the application's handlers close servers that the drain has closed before them: the callback of each
 * server's first `close()` is called without the ERR_SERVER_NOT_RUNNING that it would not have got, and
 * `address()`, which handlers log, says what it said. All of Node's servers come down to these methods,
 * looked up at the call, so that a `close` which a library has kept from earlier is met as well. Called when
 * the drain is over: lastcall's own closing is not to be taken for the application's.
 * @param servers those that were listening when the shutdown began
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
