import { EventEmitter } from 'node:events'
import { Socket } from 'node:net'

const destroySocket = Socket.prototype._destroy
const { prependListener } = EventEmitter.prototype

/**
 * Detects the 'close' of sockets without a permanent listener on each. Nearly all connections are idle nearly
 * always, and a third 'close' listener beside Node's two costs 250 bytes of heap, because V8 makes room for
 * twenty (measured, docs/benchmarks.md). So the listener is added only when a socket is destroyed, in the
 * method that streams have for that (Node docs, stream, `writable._destroy`).
 */
export class SocketClose {
  readonly #onClose: (this: Socket) => void
  // One function for all sockets. A closure for each would cost more than everything else here.
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
      // On sockets of an HTTP server, the method of this name is slow (`socketListenerWrap` in
      // lib/_http_server.js).
      if (!isIgnoring()) Reflect.apply(prependListener, this, ['close', onClose])
      Reflect.apply(destroySocket, this, args)
    }
  }

  /** Ignores the sockets that are destroyed during this call. */
  ignoreWhile(destroy: () => void): void {
    this.#isIgnoring = true
    try {
      destroy()
    } finally {
      this.#isIgnoring = false
    }
  }

  /** Follows a socket that has not emitted 'close' yet, once. */
  follow(socket: Socket): void {
    // Skips streams with a `_destroy` of their own: other streams passed to `server.emit('connection')`, and
    // sockets that are already followed. A destroyed socket will not call it again.
    if (socket._destroy === destroySocket && !socket.destroyed) socket._destroy = this.#destroy
    else socket.on('close', this.#onClose)
  }

  /** Removes every trace from the socket, except what another wrapper has replaced since. */
  forget(socket: Socket): void {
    socket.removeListener('close', this.#onClose)
    if (socket._destroy === this.#destroy) socket._destroy = destroySocket
  }
}
