import type { ForcedClose } from '../core/report.ts'
import type { DrainAdapter } from './drain/adapter.ts'
import type { ServerSnapshot } from './types.ts'

/** What is called back in a drain. */
export interface DrainListener {
  /** No server accepts connections any more. At once without servers; again when one that joined in the drain is closed. */
  onListenersClosed(): void
  /** The last connection is gone; again when a server has joined since. */
  onDrained(): void
}

/** All servers of one lifecycle, drained together: none is closed while another still delays. */
export class Servers {
  readonly #adapters: DrainAdapter[] = []
  readonly #served = new WeakSet<object>()
  #phase: 'serving' | 'announced' | 'draining' = 'serving'
  #drainListener: DrainListener | null = null

  get count(): number {
    return this.#adapters.length
  }

  has(name: string): boolean {
    return this.#adapters.some((adapter) => adapter.name === name)
  }

  knows(server: object): boolean {
    return this.#served.has(server)
  }

  /** Adds a server; one that comes in the middle of a shutdown joins it where it stands. */
  add(server: object, adapter: DrainAdapter): void {
    this.#served.add(server)
    this.#adapters.push(adapter)
    if (this.#phase !== 'serving') adapter.announceClose()
    if (this.#phase === 'draining') this.#drain()
  }

  allListen(): boolean {
    return this.#adapters.every((adapter) => adapter.isListening())
  }

  inFlight(): number {
    return this.snapshot().reduce(
      (sum, { inFlight }) => sum + inFlight.request + inFlight.stream + inFlight.upgrade,
      0,
    )
  }

  snapshot(): readonly ServerSnapshot[] {
    return this.#adapters.map((adapter) => adapter.snapshot())
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

  cut(): readonly ForcedClose[] {
    this.#phase = 'draining'
    return this.#adapters.flatMap((adapter) => adapter.cut())
  }

  release(): void {
    for (const adapter of this.#adapters) adapter.release()
  }

  #drain(): void {
    this.#whenAll(
      (adapter) => adapter.closeListener(),
      () => this.#drainListener?.onListenersClosed(),
    )
    this.#whenAll(
      (adapter) => adapter.drain(),
      () => this.#drainListener?.onDrained(),
    )
  }

  /** Calls back when a step of every server is done, unless one has joined meanwhile: then its own call does. */
  #whenAll(step: (adapter: DrainAdapter) => Promise<void>, done: () => void): void {
    const all = [...this.#adapters]
    void Promise.all(all.map(step)).then(() => {
      if (all.length === this.#adapters.length) done()
    })
  }
}
