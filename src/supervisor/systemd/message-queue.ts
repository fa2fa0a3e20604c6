/** Assignments of one message, such as READY=1; see sd_notify(3). */
export type Assignments = Readonly<Record<string, string>>

/** systemd acts on the last one of a message only, and a reload needs both of its two. */
const states = ['READY', 'RELOADING', 'STOPPING']

const hasState = (message: Assignments): boolean => states.some((name) => name in message)

/**
 * Messages that wait for the one before. What can go together does, so that a slow receiver gets few
 * messages: a later status replaces an earlier one.
 */
export class MessageQueue {
  readonly #waiting: Assignments[] = []

  add(message: Assignments): void {
    const last = this.#waiting.at(-1)
    if (last === undefined || (hasState(last) && hasState(message))) this.#waiting.push(message)
    else this.#waiting[this.#waiting.length - 1] = { ...last, ...message }
  }

  take(): Assignments | undefined {
    return this.#waiting.shift()
  }
}
