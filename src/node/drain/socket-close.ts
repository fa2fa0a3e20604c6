import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'

const destroySocket = Socket.prototype._destroy
const { prependListener } = EventEmitter.prototype

/**
 * Hears of the 'close' of sockets without a listener on each. Nearly all connections of a server are idle
 * nearly always, and a listener costs each of them
 * 250 bytes of heap: beside Node's own two it is the third, for which V8 makes room for twenty (measured,
 * docs/benchmarks.md). So it is added when a socket
 * is destroyed, in the method that streams have for that (Node docs, stream, `writable._destroy`).
 */
export class SocketClose {
  readonly #onClose: (this: Socket) => void
  // One function for all sockets: a closure each would cost more than all the rest.
  readonly #destroy: typeof destroySocket
  #isIgnoring = false

  /** @param told called once for each followed socket */
  constructor(told: (socket: Socket) => void) {
    function onClose(this: Socket): void {
      told(this)
    }
    this.#onClose = onClose
    const isIgnoring = (): boolean => this.#isIgnoring
    this.#destroy = function destroy(this: Socket, ...args) {
      // A socket of an HTTP server has a slow method of this name (`socketListenerWrap` in
      // lib/_http_server.js).
      if (!isIgnoring()) Reflect.apply(prependListener, this, ['close', onClose])
      Reflect.apply(destroySocket, this, args)
    }
  }

  /** Does not tell of the sockets that are destroyed meanwhile. */
  ignoreWhile(destroy: () => void): void {
    this.#isIgnoring = true
    try {
      destroy()
    } finally {
      this.#isIgnoring = false
    }
  }

  /** Follows a socket that has not emitted its 'close' yet, once. */
  follow(socket: Socket): void {
    // Another stream handed to `server.emit('connection')` has a method of its own, and so has a socket that
    // is followed already; a destroyed one will not call it again.
    if (socket._destroy === destroySocket && !socket.destroyed) socket._destroy = this.#destroy
    else socket.on('close', this.#onClose)
  }

  /** Takes every trace off the socket, except what another wrapper has replaced since. */
  forget(socket: Socket): void {
    socket.removeListener('close', this.#onClose)
    if (socket._destroy === this.#destroy) socket._destroy = destroySocket
  }
}
