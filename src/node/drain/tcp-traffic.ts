import type { Server, Socket } from 'node:net'
import type { ForcedClose } from '../../core/report.ts'
import type { Goodbye } from '../types.ts'
import { sayGoodbye } from './goodbye.ts'
import { resetSocket } from './raw-socket.ts'
import { earlierOf, now, type Traffic, type TrafficContext, type TrafficCount } from './traffic.ts'

/**
 * Connections of a protocol nobody here knows. One that has carried a byte is in flight until it is closed: only the application can tell when
 * its conversation is over, and it is told by `lifecycle.signal` and its goodbye.
 */
export class TcpTraffic implements Traffic {
  readonly #server: Server
  readonly #event: 'connection' | 'secureConnection'
  readonly #context: TrafficContext
  readonly #goodbye: Goodbye | undefined
  readonly #open = new Map<Socket, number>()
  #sweepTimer: NodeJS.Timeout | undefined

  constructor(
    server: Server,
    event: 'connection' | 'secureConnection',
    context: TrafficContext,
    goodbye: Goodbye | undefined,
  ) {
    this.#server = server
    this.#event = event
    this.#context = context
    this.#goodbye = goodbye
    server.prependListener(event, this.#onConnection)
  }

  get open(): number {
    return this.#open.size
  }

  announce(): void {}

  drain(): void {
    this.#sweepTimer = setTimeout(
      () => this.#sweep(),
      Math.max(0, this.#context.lastAcceptedAt() + this.#context.settleMs - now()),
    )
    for (const socket of this.#open.keys()) if (!isUnused(socket)) sayGoodbye(this.#goodbye, socket, null)
  }

  cut(): readonly ForcedClose[] {
    clearTimeout(this.#sweepTimer)
    const left = [...this.#open].filter(([socket]) => !socket.destroyed)
    for (const [socket] of left) resetSocket(socket)
    return left
      .filter(([socket]) => !isUnused(socket))
      .map(([, since]) => ({ kind: 'upgrade', server: this.#context.name, ageMs: now() - since }))
  }

  count(): TrafficCount {
    let upgrade = 0
    let oldestAt: number | null = null
    for (const [socket, since] of this.#open) {
      if (isUnused(socket)) continue
      upgrade++
      oldestAt = earlierOf(oldestAt, since)
    }
    return { request: 0, stream: 0, upgrade, active: upgrade, idle: this.#open.size - upgrade, oldestAt }
  }

  release(): void {
    clearTimeout(this.#sweepTimer)
    this.#server.removeListener(this.#event, this.#onConnection)
    this.#open.clear()
  }

  #sweep(): void {
    for (const socket of this.#open.keys()) if (isUnused(socket)) socket.destroy()
  }

  readonly #onConnection = (socket: Socket): void => {
    this.#open.set(socket, now())
    socket.once('close', () => {
      if (this.#open.delete(socket)) this.#context.onGone()
    })
  }
}

function isUnused(socket: Socket): boolean {
  return socket.bytesRead === 0 && socket.bytesWritten === 0
}
