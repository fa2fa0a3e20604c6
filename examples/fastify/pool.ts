/** Order as it is kept. */
export interface Order {
  readonly id: string
  readonly item: string
}

/** A pretend database: as slow as one, and as unforgiving when it is asked after it was closed. */
export class Pool {
  readonly #orders = new Map<string, Order>()
  readonly #latencyMs = 2
  #open = false
  #queries = 0

  /** How many queries were answered. */
  get queries(): number {
    return this.#queries
  }

  async connect(): Promise<void> {
    await pause(20)
    this.#open = true
  }

  /** Rejects when the pool is closed: a wrong order of shutdown shows as a 500. */
  async save(order: Order): Promise<Order> {
    await this.ping()
    this.#orders.set(order.id, order)
    // Memory is bounded under load: the oldest goes.
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > 1_000 && oldest !== undefined) this.#orders.delete(oldest)
    return order
  }

  async count(): Promise<number> {
    await this.ping()
    return this.#orders.size
  }

  async ping(): Promise<void> {
    this.#refuseClosed()
    await pause(this.#latencyMs)
    this.#refuseClosed()
    this.#queries++
  }

  async close(): Promise<void> {
    this.#open = false
    await pause(10)
  }

  #refuseClosed(): void {
    if (!this.#open) throw new Error('the pool is closed')
  }
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
