import { now } from './moments.ts'

/** Longest time between two turns. */
const LONGEST_MS = 20

/**
 * Handles items one after the other over a period of time: clients that are all sent away at once would all
 * come back at once.
 */
export class Spread<T> {
  readonly #windowMs: number
  readonly #turn: (item: T) => void
  readonly #waiting = new Set<T>()
  #everyMs = 0
  #dueAt = 0
  #endsAt = 0
  #timer: NodeJS.Timeout | undefined

  /**
   * @param windowMs handles all initial items within this time
   * @param turn called once for each item
   */
  constructor(windowMs: number, turn: (item: T) => void) {
    this.#windowMs = windowMs
    this.#turn = turn
  }

  /** Handles the first item now, and all others in time. Call it once. */
  start(items: Iterable<T>): void {
    for (const item of items) this.#waiting.add(item)
    this.#everyMs = Math.min(LONGEST_MS, this.#windowMs / Math.max(1, this.#waiting.size))
    this.#dueAt = now()
    this.#endsAt = this.#dueAt + this.#windowMs
    this.#run()
  }

  /** Adds an item behind all others, after the start. */
  add(item: T): void {
    if (this.#waiting.size === 0) this.#dueAt = Math.max(this.#dueAt, now())
    this.#waiting.add(item)
    this.#timer ??= setTimeout(this.#run, Math.max(0, this.#dueAt - now()))
  }

  /** Removes an item that no longer needs a turn. */
  delete(item: T): void {
    this.#waiting.delete(item)
  }

  /** Stops everything. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  readonly #run = (): void => {
    this.#timer = undefined
    const at = now()
    for (const item of this.#waiting) {
      // Counts by the clock, not by timers: ten thousand timers of a millisecond take longer than ten
      // seconds.
      if (this.#dueAt > at && at < this.#endsAt) break
      this.#waiting.delete(item)
      this.#dueAt += this.#everyMs
      this.#turn(item)
    }
    if (this.#waiting.size > 0) this.#timer = setTimeout(this.#run, this.#everyMs)
  }
}
