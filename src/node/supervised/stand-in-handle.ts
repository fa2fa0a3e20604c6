import type { Server } from 'node:net'
import type { Channel } from './channel.ts'

/** What Node's servers use of their listener (lib/net.js, `Server`, 22 to 26). */
export interface ListenerHandle {
  close(): void
  ref(): void
  unref(): void
}

/** The parts of a server that Node does not document. The tests run on every Node line. */
export interface ServerInternals {
  _handle: ListenerHandle | null
  /** What `address()` returns for a unix socket. */
  _pipeName?: string
  readonly _unref: boolean
  /** Listens on the handle that is already there; otherwise binds one first, with flags of libuv. */
  _listen2(
    address: string | null,
    port: number,
    addressType: 4 | 6 | -1,
    backlog: number | undefined,
    fd?: undefined,
    flags?: number,
  ): void
}

/** The undocumented parts of this server. */
export function internalsOf(server: Server): ServerInternals {
  return server as unknown as ServerInternals
}

/**
 * Takes the place of a server's listener while the server does not accept: until `accept`, and between
 * `pause` and `resume`. For Node and the application the server listens: `listening` is true, `address()` and
 * `close()` work, and there is no 'close' event when the last connection ends.
 *
 * Nothing else may keep the process alive in that time, so it holds the channel, unless the server is
 * unref'd.
 */
export class StandInHandle implements ListenerHandle {
  /** Absent for a unix socket, as it is in Node. */
  readonly getsockname: ((into: object) => number) | undefined
  readonly #channel: Channel
  readonly #onClose: () => void
  #hold: Disposable | null = null

  /**
   * @param address of a TCP socket, as `address()` returns it; null for a unix socket
   * @param onClose called when the server is closed
   */
  constructor(address: object | null, channel: Channel, onClose: () => void) {
    if (address !== null) {
      this.getsockname = (into) => {
        Object.assign(into, address)
        return 0
      }
    }
    this.#channel = channel
    this.#onClose = onClose
  }

  /** Puts itself in the place of the server's listener. */
  standInFor(server: Server): void {
    const internals = internalsOf(server)
    internals._handle = this
    if (!internals._unref) this.ref()
  }

  /** Leaves the place to a real listener. */
  leave(server: Server): void {
    internalsOf(server)._handle = null
    this.unref()
  }

  close(): void {
    this.unref()
    this.#onClose()
  }

  ref(): void {
    this.#hold ??= this.#channel.hold()
  }

  unref(): void {
    this.#hold?.[Symbol.dispose]()
    this.#hold = null
  }
}
