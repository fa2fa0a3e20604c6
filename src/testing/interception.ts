import type { EventName, LifecycleEvent } from '../core/event.ts'

/**
 * Holds an event before it takes effect, so that a test can look at the state. Later events queue behind it.
 */
export interface Interception extends Disposable {
  /** Resolves to the held event as soon as it happens. Stays pending if it never does. */
  readonly reached: Promise<LifecycleEvent>
  /**
   * Lets the event take effect before this returns. If the event has not happened yet, it will not be held.
   * Idempotent; disposing does the same.
   */
  release(): void
}

/** The host's part of an {@link Interception}. */
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

  /** Whether this waits for the next event of this name. */
  waitsFor(name: EventName): boolean {
    return this.#waits && name === this.#name
  }

  /** Holds the event until the release. */
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
