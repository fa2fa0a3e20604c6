import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'node:net'
import type { ForcedClose } from '../../../core/report.ts'
import type { ServerSnapshot } from '../../types.ts'
import { nextTurn, untilQuiet } from '../accept-queue.ts'
import type { AdapterContext, DrainAdapter } from '../adapter.ts'
import { takeOver, trackWithoutListening } from '../handed-socket.ts'
import { Http1Drainer } from '../http1/http1-drainer.ts'
import { OwnClients } from './own-clients.ts'
import { acceptedSockets } from '../present-connections.ts'
import { Receipts } from './receipts.ts'
import { schemeOf } from './scheme.ts'
import { now, settleMs } from '../moments.ts'
import { ownCall } from '../own-call.ts'
import type { DrainerContext, ProtocolDrainer } from '../protocol-drainer.ts'
import { sumCounts } from './sum-counts.ts'
import { closeKeepingSuccessor, rememberPath } from './unix-path.ts'
import { Unsent } from '../kernel/unsent.ts'

/** Creates the drainers of a server. They see each new connection in this order. */
export type DrainerMaker = (context: DrainerContext) => readonly ProtocolDrainer[]

/** Number of turns after a server's 'close' in which its sockets may still emit theirs. */
const CLOSING_TURNS = 10

/**
 * Drains any server that Node can listen with. It handles the listener; its drainers handle the connections.
 */
export class ServerAdapter implements DrainAdapter {
  readonly name: string
  readonly #server: Server
  readonly #context: AdapterContext
  readonly #drainers: readonly ProtocolDrainer[]
  readonly #ownClients: OwnClients
  /** Ports on which it has listened or received connections. */
  readonly #ports = new Set<number>()
  readonly #unsent = new Unsent(this.#ports)
  /** Includes connections from before `serve()` that are still open: they may have been answered. */
  #accepted: number
  readonly #receipts = new Receipts()
  /** Whether the kernel's send buffers were empty when the shutdown was announced. */
  #wasDelivered: Promise<boolean> = Promise.resolve(true)
  #lastAcceptedAt: number | null = null
  #announced = false
  #closing: Promise<void> | null = null
  #draining: Promise<void> | null = null
  #drainingSince: number | null = null
  #drained: (() => void) | null = null

  constructor(server: Server, context: AdapterContext, makeDrainers: DrainerMaker) {
    this.name = context.name
    this.#server = server
    this.#context = context
    this.#drainers = makeDrainers({
      name: context.name,
      drainTimeoutMs: context.drainTimeoutMs,
      settleMs: settleMs(context.shutdownDelayMs),
      lastAcceptedAt: () => this.#lastAcceptedAt ?? 0,
      onLateRequest: (socket) => {
        this.#receipts.expect(socket)
        context.onLateRequest()
      },
      onAnswering: (socket) => this.#receipts.expect(socket),
      onGone: () => this.#settle(),
    })
    this.#ownClients = new OwnClients(server)
    this.#accepted = acceptedSockets(server).length
    server.prependListener('connection', this.#onConnection)
    server.on('listening', this.#onListening)
    server.on('close', this.#onClose)
    if (server.listening) this.#rememberAddress()
  }

  isListening(): boolean {
    return this.#server.listening
  }

  isAskedHere(): boolean {
    return this.#ownClients.asked
  }

  announceClose(): void {
    if (this.#announced) return
    this.#announced = true
    for (const drainer of this.#drainers) drainer.announce()
    if (!this.#mayConfirm()) this.#receipts.expect(undefined)
    if (this.#accepted > 0) this.#wasDelivered = this.#unsent.isEmpty()
  }

  closeListener(): Promise<void> {
    this.announceClose()
    this.#closing ??= untilQuiet(() => this.#accepted).then(() => this.#closeListener())
    return this.#closing
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain()
    return this.#draining
  }

  forceClose(): readonly ForcedClose[] {
    this.#draining ??= Promise.resolve()
    const forced = [...this.#drainers.flatMap((drainer) => drainer.forceClose()), ...this.#giveUpUnsent()]
    this.#closeListener()
    // Closes connections from before serve() that no drainer has seen.
    if ('closeAllConnections' in this.#server)
      ownCall(() => (this.#server as HttpServer).closeAllConnections())
    return forced
  }

  snapshot(): ServerSnapshot {
    return {
      name: this.name,
      scheme: schemeOf(this.#server),
      ...sumCounts(this.#drainers.map((drainer) => drainer.count())),
      lastNewConnectionAt:
        this.#lastAcceptedAt === null ? null : performance.timeOrigin + this.#lastAcceptedAt,
    }
  }

  release(): void {
    this.#ownClients[Symbol.dispose]()
    this.#server.removeListener('connection', this.#onConnection)
    this.#server.removeListener('listening', this.#onListening)
    this.#server.removeListener('close', this.#onClose)
    this.#unsent.release()
    // Release in reverse order: wrappers of `server.emit` have to come off last-in, first-out.
    for (const drainer of this.#drainers.toReversed()) drainer.release()
  }

  async #drain(): Promise<void> {
    const gone = new Promise<void>((resolve) => (this.#drained = resolve))
    await this.closeListener()
    for (const drainer of this.#drainers) drainer.drain()
    this.#drainingSince = now()
    this.#settle()
    await gone
    // Node's own close also stops the timer that looks for slow requests. The timer was needed until now,
    // because a half-sent request holds the drain.
    ownCall(() => this.#server.close(() => {}))
    // Reading the tables after the last connection would add to the shutdown: 64 ms with ten thousand
    // connections.
    const isConfirmed = this.#accepted === 0 || (this.#receipts.isComplete && (await this.#wasDelivered))
    if (isConfirmed) this.#unsent.release()
    else await this.#unsent.acknowledged()
  }

  /**
   * Whether clients can confirm everything that is sent after the announcement: HTTP/1 clients can, so no
   * other protocol may have anything in flight.
   */
  #mayConfirm(): boolean {
    if (schemeOf(this.#server) === null) return false
    const others = this.#drainers.filter((drainer) => !(drainer instanceof Http1Drainer))
    return others.every((drainer) => drainer.count().active === 0)
  }

  #giveUpUnsent(): readonly ForcedClose[] {
    if (this.#accepted === 0) return []
    const kind = schemeOf(this.#server) === null ? 'upgrade' : 'request'
    return this.#unsent.giveUp().map(({ bytes }) => ({
      kind,
      server: this.name,
      ageMs: now() - (this.#drainingSince ?? now()),
      label: `answered, ${bytes} bytes not received`,
    }))
  }

  /**
   * Closes only the listener. The close methods of http, https and http2 also destroy connections that look
   * idle to them (Node >= 19, >= 24).
   */
  #closeListener(): void {
    if (!this.#server.listening) return
    const close = (): Server => Reflect.apply(Server.prototype.close, this.#server, [])
    closeKeepingSuccessor(this.#server, () => ownCall(close))
  }

  #settle(): void {
    if (!this.#server.listening && this.#drainers.every((drainer) => drainer.open === 0)) this.#drained?.()
  }

  #rememberAddress(): void {
    rememberPath(this.#server)
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#ports.add(address.port)
  }

  readonly #onConnection = (socket: Socket): void => {
    takeOver(socket)
    if (!this.#server.listening) trackWithoutListening(this.#server)
    this.#accepted++
    // A server that never listens gets its connections from another server or process.
    if (this.#ports.size === 0 && socket.localPort !== undefined) this.#ports.add(socket.localPort)
    this.#lastAcceptedAt = now()
  }

  readonly #onClose = (): void => {
    void this.#untilGone().then((gone) => {
      if (gone) this.#context.onClosed?.()
    })
  }

  /**
   * Sockets emit their 'close' after the server's, as the last step of an event-loop turn. Only connections
   * that a program passed to the server itself can stay open longer.
   */
  async #untilGone(): Promise<boolean> {
    const isOpen = (): boolean => this.#server.listening || this.#drainers.some(({ open }) => open > 0)
    for (let turn = 0; turn < CLOSING_TURNS && isOpen(); turn++) await nextTurn()
    return !isOpen()
  }

  readonly #onListening = (): void => {
    this.#rememberAddress()
    this.#context.onListening()
    // This server started to listen after the drain had begun.
    if (this.#draining) this.#closeListener()
  }
}
