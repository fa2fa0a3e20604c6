import { dial, noEndpoint } from '../dial.ts'
import type { PickTarget } from '../sample.ts'
import { Connection, type ConnectionEvents, type ExchangeEvents } from './connection.ts'
import { limitReading } from './limit-reading.ts'
import type { Http1Request } from './request-text.ts'

/**
 * A virtual client over HTTP/1.1. It asks for its target each time it dials, as kube-proxy chooses an
 * endpoint for a connection and never for a request.
 */
export class HttpClient implements ConnectionEvents {
  readonly #pickTarget: PickTarget
  readonly #keepAlive: boolean
  readonly #bytesPerSecond: number | undefined
  readonly #open = new Set<Connection>()
  #free: Connection | undefined

  /**
   * @param keepAlive whether a connection carries more than one request
   * @param bytesPerSecond how fast answers are read, at most; as fast as they come when left out
   */
  constructor(pickTarget: PickTarget, keepAlive: boolean, bytesPerSecond?: number) {
    this.#pickTarget = pickTarget
    this.#keepAlive = keepAlive
    this.#bytesPerSecond = bytesPerSecond
  }

  /**
   * Sends a request once, on the free connection or on a new one. Returns the connection, undefined when
   * there was nowhere to dial.
   */
  send(request: Http1Request, events: ExchangeEvents): Connection | undefined {
    const connection = this.#free?.isUsable ? this.#free : this.#dial()
    this.#free = undefined
    if (connection) connection.send(request, events)
    else events.onError(noEndpoint())
    return connection
  }

  /** Closes all connections at once. Requests that are under way fail. */
  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  onFree(connection: Connection): void {
    // Another one is free already when the next request could not wait for this one.
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
