import { totalInFlight } from '../../../core/in-flight.ts'
import type { ForcedClose } from '../../../core/report.ts'
import type { DrainAdapter } from '../adapter.ts'
import { limited } from '../../guard/limit.ts'
import type { ServerSnapshot } from '../../types.ts'

/** Callbacks of a drain. */
export interface DrainListener {
  /**
   * No server accepts connections any more. Called at once without servers, and again when a server that
   * joined during the drain is closed.
   */
  onListenersClosed(): void
  /** The last connection is gone. Called again when a server has joined since. */
  onDrained(): void
}

/**
 * Share of the drain timeout for which servers wait for others. Their WebSockets may then need half of the
 * timeout, and the last close handshakes need some time as well.
 */
const PATIENCE = 1 / 3

/** All servers of one lifecycle. They drain together: none closes while another one still delays. */
export class Servers {
  readonly #adapters: DrainAdapter[] = []
  readonly #drainTimeoutMs: number
  /** The latest connection of servers that were dropped. */
  #lastNewConnectionAt: number | null = null
  #released = false
  #phase: 'serving' | 'announced' | 'draining' = 'serving'
  #drainListener: DrainListener | null = null

  constructor(drainTimeoutMs: number) {
    this.#drainTimeoutMs = drainTimeoutMs
  }

  /** Adds a server. One that comes during a shutdown joins its present phase. */
  add(adapter: DrainAdapter): void {
    this.#adapters.push(adapter)
    if (this.#phase !== 'serving') adapter.announceClose()
    if (this.#phase === 'draining') this.#drain()
  }

  /**
   * Forgets a server that is closed or now belongs to another lifecycle. Does nothing during a shutdown.
   * Returns whether it did.
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

  /** When the last connection came to any server, including closed ones; null before the first connection. */
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

  /** Drains all servers, including those that join in the meantime. */
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

  /** Whether the lifecycle has stopped, so that another one may serve its servers. */
  get released(): boolean {
    return this.#released
  }

  release(): void {
    this.#released = true
    for (const adapter of this.#adapters) adapter.release()
  }

  /**
   * A running handler may still send requests to another server of this process, and a closed server would
   * refuse them. So servers to which this process connects go last: they accept until the others have drained
   * or have taken too long. The limit leaves them time for their own requests. If all servers are of this
   * kind, such as two that call each other, none waits.
   */
  #drain(): void {
    const others = this.#adapters.filter((adapter) => !adapter.isAskedHere())
    const first = new Set(others.length > 0 ? others : this.#adapters)
    const firstDrained = Promise.all([...first].map((adapter) => adapter.drain()))
    const turn = limited(() => firstDrained, this.#drainTimeoutMs * PATIENCE)
    // Event streams end after this step, so it must not wait for servers that wait for the streams.
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
   * Calls back when a step is done for every server. If a server has joined meanwhile, its own call does so
   * instead.
   */
  #whenAll(step: (adapter: DrainAdapter) => Promise<void>, done: () => void): void {
    const all = [...this.#adapters]
    void Promise.all(all.map(step)).then(() => {
      if (all.length === this.#adapters.length) done()
    })
  }
}

/** When the last connection came to any of these servers, in wall-clock milliseconds; null without any. */
export function latestConnection(servers: readonly ServerSnapshot[]): number | null {
  let latest: number | null = null
  for (const { lastNewConnectionAt: at } of servers)
    if (at !== null && (latest === null || at > latest)) latest = at
  return latest
}
