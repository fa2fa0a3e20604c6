import { now } from './moments.ts'

/** Longest time between two turns. */
const LONGEST_MS = 20

/** Gives one after the other its turn. Clients that are sent away in one instant come back in one instant. */
export class Spread<T> {
  readonly #windowMs: number
  readonly #turn: (item: T) => void
  readonly #waiting = new Set<T>()
  #everyMs = 0
  #dueAt = 0
  #endsAt = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param windowMs the last of those who wait at the start has its turn within this time
   * @param turn called once for each
   */
  constructor(windowMs: number, turn: (item: T) => void) {
    this.#windowMs = windowMs
    this.#turn = turn
  }

  /** Gives the first one its turn, and all others in time. Once. */
  start(items: Iterable<T>): void {
    for (const item of items) this.#waiting.add(item)
    this.#everyMs = Math.min(LONGEST_MS, this.#windowMs / Math.max(1, this.#waiting.size))
    this.#dueAt = now()
    this.#endsAt = this.#dueAt + this.#windowMs
    this.#run()
  }

  /** Puts one behind all others, once it has started. */
  add(item: T): void {
    if (this.#waiting.size === 0) this.#dueAt = Math.max(this.#dueAt, now())
    this.#waiting.add(item)
    this.#timer ??= setTimeout(this.#run, Math.max(0, this.#dueAt - now()))
  }

  /** Takes one out that needs no turn any more. */
  delete(item: T): void {
    this.#waiting.delete(item)
  }

  /** Ends all turns. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  readonly #run = (): void => {
    this.#timer = undefined
    const at = now()
    for (const item of this.#waiting) {
      // By the clock, not by the timer: ten thousand timers of a millisecond take longer than ten seconds.
      if (this.#dueAt > at && at < this.#endsAt) break
      this.#waiting.delete(item)
      this.#dueAt += this.#everyMs
      this.#turn(item)
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(this.#run, this.#everyMs)
  }
}
