import { totalInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import type { DrainAdapter } from '../adapter.ts'
import { limited } from '../../guard/limit.ts'
import type { ServerSnapshot } from '../../types.ts'

/** What is called back in a drain. */
export interface DrainListener {
  /**
   * No server accepts connections any more. At once without servers; again when one that joined in the drain
   * is closed.
   */
  onListenersClosed(): void
  /** The last connection is gone; again when a server has joined since. */
  onDrained(): void
}

/**
 * The part of the drain timeout that servers wait for others: their WebSockets may need half of it from then
 * on, and some time for the last close handshakes.
 */
const PATIENCE = 1 / 3

/** All servers of one lifecycle, drained together: none is closed while another still delays. */
export class Servers {
  readonly #adapters: DrainAdapter[] = []
  readonly #drainTimeoutMs: number
  /** Of servers that were dropped. */
  #lastNewConnectionAt: number | null = null
  #released = false
  #phase: 'serving' | 'announced' | 'draining' = 'serving'
  #drainListener: DrainListener | null = null

  constructor(drainTimeoutMs: number) {
    this.#drainTimeoutMs = drainTimeoutMs
  }

  /** Adds a server; one that comes in the middle of a shutdown joins it where it stands. */
  add(adapter: DrainAdapter): void {
    this.#adapters.push(adapter)
    if (this.#phase !== 'serving') adapter.announceClose()
    if (this.#phase === 'draining') this.#drain()
  }

  /**
   * Forgets a server that is closed, or another lifecycle's; not during a shutdown. Returns whether it did.
   */
  drop(adapter: DrainAdapter): boolean {
    const index = this.#adapters.indexOf(adapter)
    if (this.#phase !== 'serving' || index < 0) return false
    this.#lastNewConnectionAt = this.lastNewConnectionAt()
    this.#adapters.splice(index, 1)
    adapter.release()
    return true
  }

  get isEmpty(): boolean {
    return this.#adapters.length === 0
  }

  allListen(): boolean {
    return this.#adapters.every((adapter) => adapter.isListening())
  }

  inFlight(): number {
    return this.snapshot().reduce((sum, { inFlight }) => sum + totalInFlight(inFlight), 0)
  }

  snapshot(): readonly ServerSnapshot[] {
    return this.#adapters.map((adapter) => adapter.snapshot())
  }

  /**
   * When the last connection came to any server, one that is closed by now included; null when none has come
   * yet.
   */
  lastNewConnectionAt(): number | null {
    const latest = latestConnection(this.snapshot())
    return latest === null || (this.#lastNewConnectionAt !== null && this.#lastNewConnectionAt > latest)
      ? this.#lastNewConnectionAt
      : latest
  }

  announceClose(): void {
    this.#phase = 'announced'
    for (const adapter of this.#adapters) adapter.announceClose()
  }

  /** Drains all, those that join meanwhile included. */
  drain(listener: DrainListener): void {
    this.#phase = 'draining'
    this.#drainListener = listener
    if (this.#adapters.length === 0) listener.onListenersClosed()
    this.#drain()
  }

  forceClose(): readonly ForcedClose[] {
    this.#phase = 'draining'
    return this.#adapters.flatMap((adapter) => adapter.forceClose())
  }

  /** Whether the lifecycle has stopped: another one may serve its servers. */
  get released(): boolean {
    return this.#released
  }

  release(): void {
    this.#released = true
    for (const adapter of this.#adapters) adapter.release()
  }

  /**
   * A handler at work may still ask another server of this process, which would refuse it. So the servers
   * that this process has connections to go last: they accept until the others have drained, or have taken
   * too long. What they have themselves needs its time before the deadline as well. Where all are such
   * servers, as two that ask each other are, none can wait.
   */
  #drain(): void {
    const others = this.#adapters.filter((adapter) => !adapter.isAskedHere())
    const first = new Set(others.length > 0 ? others : this.#adapters)
    const firstDrained = Promise.all([...first].map((adapter) => adapter.drain()))
    const turn = limited(() => firstDrained, this.#drainTimeoutMs * PATIENCE)
    // The end of an event stream comes with this, so it must not wait for servers that wait for the stream.
    this.#whenAll(
      async (adapter) => (first.has(adapter) ? adapter.closeListener() : undefined),
      () => this.#drainListener?.onListenersClosed(),
    )
    this.#whenAll(
      async (adapter) => {
        if (!first.has(adapter)) await turn
        await adapter.drain()
      },
      () => this.#drainListener?.onDrained(),
    )
  }

  /**
   * Calls back when a step of every server is done, unless one has joined meanwhile: then its own call does.
   */
  #whenAll(step: (adapter: DrainAdapter) => Promise<void>, done: () => void): void {
    const all = [...this.#adapters]
    void Promise.all(all.map(step)).then(() => {
      if (all.length === this.#adapters.length) done()
    })
  }
}

/** When the last connection came to any of these, in wall-clock milliseconds; null when none did. */
export function latestConnection(servers: readonly ServerSnapshot[]): number | null {
  let latest: number | null = null
  for (const { lastNewConnectionAt: at } of servers)
    if (at !== null && (latest === null || at > latest)) latest = at
  return latest
}
