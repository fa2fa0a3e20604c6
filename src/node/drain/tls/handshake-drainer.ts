import type { Socket } from 'node:net'
import type { Server, TLSSocket } from 'node:tls'
import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import { acceptedSockets, tlsSocketAround } from '../present-connections.ts'
import { rawSocketIn } from '../raw-socket.ts'
import { now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'

/**
 * How long a client may be silent during its TLS handshake in the drain, in addition to `settleMs`. A slow
 * handshake is not a request yet.
 */
const SILENCE_MS = 1_000

interface Handshake {
  /** Bytes at the last look, and since when no more have arrived. */
  bytes: number
  quietSince: number
}

/**
 * Raw connections of a TLS server during their handshake. Node reports both the raw socket and the TLS socket
 * of each connection, but the drain may wait for only one of them: destroying the raw one as idle would kill
 * the request inside it.
 */
export class HandshakeDrainer implements ProtocolDrainer {
  readonly #server: Server
  readonly #context: DrainerContext
  readonly #open = new Map<Socket, Handshake>()
  #draining = false
  #timer: NodeJS.Timeout | undefined

  constructor(server: Server, context: DrainerContext) {
    this.#server = server
    this.#context = context
    server.prependListener('connection', this.#onConnection)
    server.prependListener('secureConnection', this.#onSecure)
    for (const raw of acceptedSockets(server)) {
      // Without its TLS socket, a handshake looks the same as an open conversation.
      if (isHandshaking(tlsSocketAround(raw))) this.#onConnection(raw)
    }
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {}

  drain(): void {
    this.#draining = true
    this.#sweep()
  }

  forceClose(): readonly ForcedClose[] {
    clearTimeout(this.#timer)
    for (const raw of this.#open.keys()) raw.destroy()
    return []
  }

  count(): DrainerCount {
    return { ...noneInFlight, active: 0, idle: this.#open.size, oldestAt: null }
  }

  release(): void {
    this.#draining = false
    clearTimeout(this.#timer)
    this.#server.removeListener('connection', this.#onConnection)
    this.#server.removeListener('secureConnection', this.#onSecure)
    for (const raw of this.#open.keys()) raw.removeListener('close', this.#onClose)
    this.#open.clear()
  }

  /** Closes handshakes without progress, and looks again later at the rest and at new ones. */
  #sweep(): void {
    clearTimeout(this.#timer)
    const patienceMs = SILENCE_MS + this.#context.settleMs
    let nextAt = Infinity
    for (const [raw, handshake] of this.#open) {
      const bytes = bytesOf(raw)
      if (bytes !== handshake.bytes) handshake.quietSince = now()
      handshake.bytes = bytes
      // The client cannot continue a handshake that the application delays.
      if (handshake.quietSince + patienceMs <= now() && awaitsServer(raw)) handshake.quietSince = now()
      const endsAt = handshake.quietSince + patienceMs
      if (endsAt <= now()) raw.destroy()
      else nextAt = Math.min(nextAt, endsAt)
    }
    if (nextAt < Infinity) this.#timer = setTimeout(() => this.#sweep(), nextAt - now())
  }

  readonly #onConnection = (raw: Socket): void => {
    this.#open.set(raw, { bytes: 0, quietSince: now() })
    raw.on('close', this.#onClose)
    if (this.#draining) this.#sweep()
  }

  readonly #onSecure = (secure: TLSSocket): void => {
    const raw = rawSocketIn(secure) as Socket | null
    if (raw) return this.#forget(raw)
    // This Node does not tell which handshake is over. Following none is safe; destroying an open
    // conversation is not.
    for (const socket of this.#open.keys()) this.#forget(socket)
  }

  readonly #onClose = closeListener((raw) => this.#forget(raw))

  #forget(raw: Socket): void {
    raw.removeListener('close', this.#onClose)
    // Waits until the next drainer counts this connection. Otherwise the drain would end in between.
    if (this.#open.delete(raw)) queueMicrotask(() => this.#context.onGone())
  }
}

/** One function for all connections. A closure would live as long as its connection. */
function closeListener(onClose: (socket: Socket) => void): (this: Socket) => void {
  return function onSocketClose(this: Socket): void {
    onClose(this)
  }
}

function isHandshaking(secure: TLSSocket | null): boolean {
  return (
    secure !== null &&
    (secure as TLSSocket & { readonly secureConnecting?: boolean }).secureConnecting === true
  )
}

/**
 * Whether the client's first message is complete and unanswered: an asynchronous `SNICallback` has not called
 * back. Node's TLS handle knows the server name of that message after reading all of it
 * (`TLSWrap::GetServername`, 22 to 26).
 */
function awaitsServer(raw: Socket): boolean {
  if (raw.bytesWritten !== 0) return false
  const secure = tlsSocketAround(raw) as (TLSSocket & { readonly _handle?: TlsHandle | null }) | null
  return typeof secure?._handle?.getServername?.() === 'string'
}

interface TlsHandle {
  readonly getServername?: () => unknown
}

/** `server.emit('connection')` accepts any stream, but only sockets count their bytes. */
function bytesOf({ bytesRead = 0, bytesWritten = 0 }: Partial<Socket>): number {
  return bytesRead + bytesWritten
}
