import type { EventName, LifecycleEvent } from '../core/event.ts'

/**
 * An event that waits, while the test looks, before it takes effect. The machine waits with it: events that
 * come meanwhile queue behind it.
 */
export interface Interception extends Disposable {
  /** The event that is held, as soon as it happens. Never settles when it does not. */
  readonly reached: Promise<LifecycleEvent>
  /**
   * Lets the event take effect, before this returns; nothing will be held when it has not happened yet.
   * Idempotent, and what disposing does.
   */
  release(): void
}

/** The host's side of an {@link Interception}. */
export class EventGate implements Interception {
  readonly reached: Promise<LifecycleEvent>
  readonly #name: EventName
  readonly #reached = Promise.withResolvers<LifecycleEvent>()
  #proceed: (() => void) | null = null
  #waits = true

  constructor(name: EventName) {
    this.#name = name
    this.reached = this.#reached.promise
  }

  /** Whether this is for the next event of this name. */
  waitsFor(name: EventName): boolean {
    return this.#waits && name === this.#name
  }

  /** Keeps the event until the release. */
  hold(event: LifecycleEvent, proceed: () => void): void {
    this.#waits = false
    this.#proceed = proceed
    this.#reached.resolve(event)
  }

  release(): void {
    this.#waits = false
    const proceed = this.#proceed
    this.#proceed = null
    proceed?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
