import type { ForcedClose } from '../../core/report.ts'

/** Work that is not a request and keeps the drain open. */
export class Holds {
  readonly #open = new Map<object, { readonly label: string; readonly since: number }>()
  #onReleased: (() => void) | null = null

  get count(): number {
    return this.#open.size
  }

  add(label: string): Disposable {
    const hold: Disposable = {
      [Symbol.dispose]: () => {
        if (this.#open.delete(hold) && this.#open.size === 0) this.#onReleased?.()
      },
    }
    this.#open.set(hold, { label, since: performance.now() })
    return hold
  }

  /** Calls back whenever the last hold is released. */
  onReleased(listener: () => void): void {
    this.#onReleased = listener
  }

  forceClose(): readonly ForcedClose[] {
    const forced = [...this.#open.values()].map(
      ({ label, since }) =>
        ({ kind: 'hold', server: label, ageMs: Math.round(performance.now() - since) }) as const,
    )
    this.#open.clear()
    return forced
  }
}
