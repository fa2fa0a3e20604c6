import { Server } from 'node:net'
import { redirectListen } from '../../node/supervised/redirect-listen.ts'

type Listen = (this: Server, ...args: readonly unknown[]) => Server

/**
 * Makes `server.listen(8080)` of the application take the inherited socket of that port. All of Node's
 * servers have this method.
 */
export function watchListen(): void {
  const listen = Server.prototype.listen as unknown as Listen
  const watched: Listen = function watchedListen(this: Server, ...args) {
    if (!isOfCluster(this) && redirectListen(this, args)) return this
    return Reflect.apply(listen, this, args)
  }
  Object.defineProperty(Server.prototype, 'listen', { value: watched, writable: true, configurable: true })
}

/**
 * Whether node:cluster listens here for its workers. It keeps the listener for itself, so that nothing could
 * pause it. Only the name of its handler tells: `fail` of an internal module
 * (lib/internal/cluster/round_robin_handle.js, 22 to 26).
 */
function isOfCluster(server: Server): boolean {
  return server.constructor === Server && server.listeners('connection').some(({ name }) => name === 'fail')
}
