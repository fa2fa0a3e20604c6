import type { Server, Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import { noneInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import type { CloseHandshake } from '../../types.ts'
import { untilQuiet } from '../accept-queue.ts'
import { startCloseHandshake } from '../close-handshake.ts'
import { followRaw } from '../handed-socket.ts'
import { acceptedSockets, securedSockets } from '../present-connections.ts'
import { resetSocket } from '../raw-socket.ts'
import { earlierOf, now } from '../moments.ts'
import type { DrainerContext, DrainerCount, ProtocolDrainer } from '../protocol-drainer.ts'

/**
 * How often the drain checks unused connections. A listener for their first byte would change how the
 * application reads.
 */
const LOOK_MS = 25

interface Conversation {
  readonly since: number
  /** Whether the application's close handshake was called. */
  isTold: boolean
}

/**
 * Connections of an unknown protocol. A connection that has carried a byte is in flight until it closes: only
 * the application knows when a conversation is over. `lifecycle.signal` and the close handshake tell it about
 * the drain.
 */
export class TcpDrainer implements ProtocolDrainer {
  readonly #server: Server
  readonly #event: 'connection' | 'secureConnection'
  readonly #context: DrainerContext
  readonly #closeHandshake: CloseHandshake | undefined
  readonly #open = new Map<Socket, Conversation>()
  #draining = false
  #timer: NodeJS.Timeout | undefined

  constructor(server: Server, context: DrainerContext, closeHandshake: CloseHandshake | undefined) {
    this.#server = server
    this.#event = server instanceof TlsServer ? 'secureConnection' : 'connection'
    this.#context = context
    this.#closeHandshake = closeHandshake
    server.prependListener(this.#event, this.#onConnection)
    const present = server instanceof TlsServer ? securedSockets(server) : acceptedSockets(server)
    for (const socket of present) this.#onConnection(socket)
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {}

  drain(): void {
    this.#draining = true
    void this.#look()
  }

  forceClose(): readonly ForcedClose[] {
    this.#stop()
    const left = [...this.#open].filter(([socket]) => !socket.destroyed)
    const used = left.filter(([socket]) => isUsed(socket))
    for (const [socket] of left) resetSocket(socket)
    return used.map(([, { since }]) => ({
      kind: 'upgrade',
      server: this.#context.name,
      ageMs: now() - since,
    }))
  }

  count(): DrainerCount {
    this.#forgetHandedOver()
    let upgrade = 0
    let oldestAt: number | null = null
    for (const [socket, { since }] of this.#open) {
      if (!isUsed(socket)) continue
      upgrade++
      oldestAt = earlierOf(oldestAt, since)
    }
    return { ...noneInFlight, upgrade, active: upgrade, idle: this.#open.size - upgrade, oldestAt }
  }

  release(): void {
    this.#stop()
    this.#server.removeListener(this.#event, this.#onConnection)
    this.#open.clear()
  }

  #stop(): void {
    this.#draining = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Calls the close handshake of each used connection, and closes the connections that were never used. */
  async #look(): Promise<void> {
    this.#timer = undefined
    this.#tellUsed()
    if (this.#unused().some((socket) => this.#isOverdue(socket))) {
      // The client's first byte may be in the kernel, and closing now would reset it. Three turns bring it
      // up.
      await untilQuiet(() => this.#open.size - this.#unused().length)
      this.#tellUsed()
      for (const socket of this.#unused()) if (this.#isOverdue(socket)) socket.destroy()
    }
    this.#schedule()
  }

  #schedule(): void {
    if (!this.#draining || this.#timer || this.#unused().length === 0) return
    this.#timer = setTimeout(() => void this.#look(), LOOK_MS)
  }

  #tellUsed(): void {
    this.#forgetHandedOver()
    if (!this.#draining) return
    for (const [socket, conversation] of this.#open) {
      if (conversation.isTold || !isUsed(socket)) continue
      conversation.isTold = true
      startCloseHandshake(this.#closeHandshake, socket, null)
    }
  }

  #unused(): readonly Socket[] {
    return [...this.#open.keys()].filter((socket) => !socket.destroyed && !isUsed(socket))
  }

  #isOverdue(socket: Socket): boolean {
    const since = this.#open.get(socket)?.since ?? 0
    return this.#draining && since + this.#context.settleMs <= now()
  }

  /** A socket that was sent to another process has lost its handle and never emits 'close' here. */
  #forgetHandedOver(): void {
    for (const socket of this.#open.keys()) {
      if (socket.pending && !socket.destroyed) this.#forget(socket)
    }
  }

  readonly #onConnection = (socket: Socket): void => {
    this.#open.set(socket, { since: now(), isTold: false })
    const forget = (): void => this.#forget(socket)
    followRaw(socket, forget)
    socket.once('close', forget)
    this.#schedule()
  }

  #forget(socket: Socket): void {
    if (this.#open.delete(socket)) this.#context.onGone()
  }
}

function isUsed(socket: Socket): boolean {
  if (socket.bytesRead !== 0 || socket.bytesWritten !== 0) return true
  // With `pauseOnConnect`, the client's data may arrive only after the application's `resume()`.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly reading?: boolean } | null }
  return handle?.reading === false
}
