import type { Socket } from 'node:net'
import { now } from '../moments.ts'

/** Connections whose last response promised keep-alive and finished after the announcement. */
export class KeptAlive {
  /** When each response finished; the latest is last. */
  readonly #since = new Map<Socket, number>()

  add(socket: Socket): void {
    this.#since.delete(socket)
    this.#since.set(socket, now())
  }

  delete(socket: Socket): void {
    this.#since.delete(socket)
  }

  /** When the latest one finished, 0 without any. */
  get latestAt(): number {
    let latest = 0
    for (const at of this.#since.values()) latest = at
    return latest
  }
}
