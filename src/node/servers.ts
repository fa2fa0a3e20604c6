import type { ForcedClose } from '../core/report.ts'
import type { DrainAdapter } from './drain/adapter.ts'
import type { ServerSnapshot } from './types.ts'

/** All servers of one lifecycle, drained together: none is closed while another still delays. */
export class Servers {
  readonly #adapters: DrainAdapter[] = []
  readonly #served = new WeakSet<object>()
  #phase: 'serving' | 'announced' | 'draining' = 'serving'
  #onDrained: (() => void) | null = null

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

  /** Drains all; calls back when the last one is done, those that joined meanwhile included. */
  drain(onDrained: () => void): void {
    this.#phase = 'draining'
    this.#onDrained = onDrained
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
    const draining = [...this.#adapters]
    void Promise.all(draining.map((adapter) => adapter.drain())).then(() => {
      if (draining.length === this.#adapters.length) this.#onDrained?.()
    })
  }
}
