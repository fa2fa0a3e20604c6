import type { IncomingMessage } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { ForcedClose } from '../../core/report.ts'
import type { Goodbye } from '../types.ts'
import { newestResponse } from './connection.ts'
import type { ConnectionBook } from './connections.ts'
import { sayGoodbye } from './goodbye.ts'
import { resetSocket } from './raw-socket.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import { routeOf } from './route.ts'
import { now, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'
import { closeWebSocket } from './websocket.ts'

type UpgradeEvent = 'upgrade' | 'connect'

/** Longest time between the goodbyes to two connections. Clients that are sent away in one instant come back in one instant. */
const SPREAD_MS = 20

interface Upgraded {
  readonly request: IncomingMessage
  readonly since: number
}

/** Connections that stopped speaking HTTP/1: WebSockets, other upgrades, CONNECT tunnels. Node's own closes do not know them. */
export class UpgradeTraffic implements Traffic {
  readonly #server: Server
  readonly #book: ConnectionBook
  readonly #context: TrafficContext
  readonly #goodbye: Goodbye | undefined
  readonly #open = new Map<Socket, Upgraded>()
  readonly #following = new Set<UpgradeEvent>()
  #refusal: Disposable | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(server: Server, book: ConnectionBook, context: TrafficContext, goodbye: Goodbye | undefined) {
    this.#server = server
    this.#book = book
    this.#context = context
    this.#goodbye = goodbye
    for (const event of ['upgrade', 'connect'] as const)
      if (server.listenerCount(event) > 0) this.#follow(event)
    server.on('newListener', this.#onNewListener)
    server.on('removeListener', this.#onRemoveListener)
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {}

  drain(): void {
    this.#refusal = refuseUpgrades(this.#server, this.#book)
    const waiting = [...this.#open]
    const everyMs = Math.min(SPREAD_MS, this.#context.drainTimeoutMs / 2 / Math.max(1, waiting.length))
    const began = now()
    const next = (): void => {
      // By the clock, not by the timer: ten thousand timers of a millisecond take longer than ten seconds.
      const due = Math.floor((now() - began) / Math.max(everyMs, 0.01)) + 1
      for (const [socket, { request }] of waiting.splice(0, due - sent)) {
        sent++
        this.#end(socket, request)
      }
      if (waiting.length > 0) this.#timer = setTimeout(next, everyMs)
    }
    let sent = 0
    next()
  }

  cut(): readonly ForcedClose[] {
    clearTimeout(this.#timer)
    const left = [...this.#open].filter(([socket]) => !socket.destroyed)
    for (const [socket] of left) resetSocket(socket)
    return left.map(([, { request, since }]) => ({
      kind: 'upgrade',
      server: this.#context.name,
      ageMs: now() - since,
      label: routeOf(request),
    }))
  }

  count(): TrafficCount {
    const { size } = this.#open
    // In the order of their upgrades.
    const oldestAt = this.#open.values().next().value?.since ?? null
    return { request: 0, stream: 0, upgrade: size, active: size, idle: 0, oldestAt }
  }

  release(): void {
    clearTimeout(this.#timer)
    this.#refusal?.[Symbol.dispose]()
    this.#server.removeListener('newListener', this.#onNewListener)
    this.#server.removeListener('removeListener', this.#onRemoveListener)
    for (const event of this.#following) this.#unfollow(event)
    this.#open.clear()
  }

  /** Without a listener Node treats an upgrade as an ordinary request, so ours is there only while somebody else's is. */
  readonly #onNewListener = (event: string | symbol): void => {
    if (isUpgradeEvent(event) && !this.#following.has(event)) this.#follow(event)
  }

  readonly #onRemoveListener = (event: string | symbol): void => {
    if (isUpgradeEvent(event) && this.#server.listenerCount(event) === 1) this.#unfollow(event)
  }

  #follow(event: UpgradeEvent): void {
    this.#following.add(event)
    this.#server.prependListener(event, this.#onUpgrade)
  }

  #unfollow(event: UpgradeEvent): void {
    if (this.#following.delete(event)) this.#server.removeListener(event, this.#onUpgrade)
  }

  readonly #onUpgrade = (request: IncomingMessage, socket: Socket): void => {
    this.#open.set(socket, { request, since: now() })
    this.#book.hand(socket)
    socket.once('close', () => {
      if (this.#open.delete(socket)) this.#context.onGone()
    })
  }

  #end(socket: Socket, request: IncomingMessage): void {
    if (this.#goodbye) return sayGoodbye(this.#goodbye, socket, request)
    if (request.headers.upgrade?.toLowerCase() === 'websocket') closeWebSocket(socket)
  }
}

function isUpgradeEvent(event: string | symbol): event is UpgradeEvent {
  return event === 'upgrade' || event === 'connect'
}

/** Keeps upgrades from the application. Their connections stay in the book: they have not stopped speaking HTTP/1. */
function refuseUpgrades(server: Server, book: ConnectionBook): Disposable {
  const emit = server.emit
  const refusing = function refusingEmit(this: Server, event: string, ...args: unknown[]): boolean {
    if (!isUpgradeEvent(event)) return Reflect.apply(emit, this, [event, ...args])
    const socket = args[1] as Socket
    const connection = book.open.get(socket)
    refuseUpgrade(socket, connection ? newestResponse(connection) : null)
    return true
  }
  server.emit = refusing
  return {
    [Symbol.dispose]: () => {
      if (server.emit === refusing) server.emit = emit
    },
  }
}
