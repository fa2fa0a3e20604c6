import { dial, noEndpoint } from '../dial.ts'
import type { PickTarget } from '../sample.ts'
import { Connection, type ConnectionEvents, type ExchangeEvents } from './connection.ts'
import { limitReading } from './limit-reading.ts'
import type { Http1Request } from './request-text.ts'

/**
 * A virtual client over HTTP/1.1. It picks a target for each connection, because kube-proxy chooses an
 * endpoint per connection and never per request.
 */
export class HttpClient implements ConnectionEvents {
  readonly #pickTarget: PickTarget
  readonly #keepAlive: boolean
  readonly #bytesPerSecond: number | undefined
  readonly #open = new Set<Connection>()
  #free: Connection | undefined

  /**
   * @param keepAlive whether a connection carries more than one request
   * @param bytesPerSecond maximum rate at which it reads answers; no limit when absent
   */
  constructor(pickTarget: PickTarget, keepAlive: boolean, bytesPerSecond?: number) {
    this.#pickTarget = pickTarget
    this.#keepAlive = keepAlive
    this.#bytesPerSecond = bytesPerSecond
  }

  /**
   * Sends a request once, on the free connection or a new one. Returns the connection; undefined when there
   * was no target.
   */
  send(request: Http1Request, events: ExchangeEvents): Connection | undefined {
    const connection = this.#free?.isUsable ? this.#free : this.#dial()
    this.#free = undefined
    if (connection) connection.send(request, events)
    else events.onError(noEndpoint())
    return connection
  }

  /** Closes all connections at once. Requests in progress fail. */
  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  onFree(connection: Connection): void {
    // Another connection is already free: the next request could not wait for this one.
    if (this.#free?.isUsable) connection.destroy()
    else this.#free = connection
  }

  onClosed(connection: Connection): void {
    this.#open.delete(connection)
    if (this.#free === connection) this.#free = undefined
  }

  #dial(): Connection | undefined {
    const target = this.#pickTarget()
    if (target === undefined) return undefined
    const socket = dial(target)
    if (this.#bytesPerSecond !== undefined) limitReading(socket, this.#bytesPerSecond)
    const connection = new Connection(socket, this.#keepAlive, this)
    this.#open.add(connection)
    return connection
  }
}
