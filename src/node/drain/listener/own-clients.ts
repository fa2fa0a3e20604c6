import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Server, Socket } from 'node:net'

// Node publishes every outgoing socket here: those of net, tls, http, http2 and fetch() (Node docs,
// diagnostics_channel, "net").
const channelName = 'net.client.socket'

interface Message {
  readonly socket: Socket
}

const followed = new Set<OwnClients>()

/**
 * Finds out whether this process connects to its own server. It watches outgoing connections, so incoming
 * ones cost nothing.
 */
export class OwnClients implements Disposable {
  readonly #server: Server
  #asked = false

  constructor(server: Server) {
    this.#server = server
    if (followed.size === 0) subscribe(channelName, onClientSocket)
    followed.add(this)
  }

  /** Whether this process has ever connected to the server. Unknown for a server that listens on a path. */
  get asked(): boolean {
    return this.#asked
  }

  /** Checks a socket that has just connected. */
  note(socket: Socket): void {
    const address = this.#server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    if (port === undefined || socket.remotePort !== port || !isOwnAddress(socket)) return
    this.#asked = true
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (followed.delete(this) && followed.size === 0) unsubscribe(channelName, onClientSocket)
  }
}

function onClientSocket(message: unknown): void {
  const { socket } = message as Message
  socket.once('connect', () => {
    for (const clients of followed) clients.note(socket)
  })
}

function isOwnAddress({ localAddress, remoteAddress = '' }: Socket): boolean {
  return remoteAddress === localAddress || /^(::ffff:)?127\.|^::1$/.test(remoteAddress)
}
