import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import type { ForcedClose } from '../../core/report.ts'
import { linkRawSocket } from './raw-socket.ts'
import { now, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'

/** How long a TLS handshake may take once the drain has begun, from its connection on, with the time that clients are given anyway. A slow one is not a request yet. */
const HANDSHAKE_MS = 1_000

/**
 * Raw connections of a TLS server whose handshake is under way. Both the raw socket and the TLS socket are seen for each connection; only one of
 * them may be waited for, and destroying the raw one as idle kills the request inside it.
 */
export class HandshakeTraffic implements Traffic {
  readonly #server: Server
  readonly #context: TrafficContext
  readonly #open = new Map<string, Socket>()
  #timer: NodeJS.Timeout | undefined

  constructor(server: Server, context: TrafficContext) {
    this.#server = server
    this.#context = context
    server.prependListener('connection', this.#onConnection)
    server.prependListener('secureConnection', this.#onSecure)
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {}

  drain(): void {
    const ms = Math.max(0, this.#context.lastAcceptedAt() + HANDSHAKE_MS + this.#context.settleMs - now())
    if (this.#open.size > 0) this.#timer = setTimeout(() => this.#destroy(), ms)
  }

  cut(): readonly ForcedClose[] {
    this.#destroy()
    return []
  }

  count(): TrafficCount {
    return { request: 0, stream: 0, upgrade: 0, active: 0, idle: this.#open.size, oldestAt: null }
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#server.removeListener('connection', this.#onConnection)
    this.#server.removeListener('secureConnection', this.#onSecure)
    this.#open.clear()
  }

  #destroy(): void {
    clearTimeout(this.#timer)
    for (const socket of this.#open.values()) socket.destroy()
  }

  readonly #onConnection = (socket: Socket): void => {
    const key = peerOf(socket)
    this.#open.set(key, socket)
    socket.once('close', () => this.#forget(key))
  }

  readonly #onSecure = (secure: TLSSocket): void => {
    const key = peerOf(secure)
    const raw = this.#open.get(key)
    if (raw) linkRawSocket(secure, raw)
    this.#forget(key)
  }

  #forget(key: string): void {
    // Later than the traffic that takes the connection over counts it, or the drain would end in between.
    if (this.#open.delete(key)) queueMicrotask(() => this.#context.onGone())
  }
}

/** The raw socket and the TLS socket share a file descriptor and, as far as the public API goes, nothing but the addresses. */
function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}
