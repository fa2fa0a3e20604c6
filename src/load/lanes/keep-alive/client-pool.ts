import type { HttpClient } from '../../http1/client.ts'

/** Virtual clients with one connection each and one request at a time. */
export interface ClientPool {
  /**
   * Takes the client that has been free for longest. If all are busy, waits for the first free or new one.
   */
  take(): Promise<HttpClient>
  /** Returns a client whose request has ended. */
  giveBack(client: HttpClient): void
}

/** Settings of a pool. */
interface PoolPlan {
  /** Number of clients at the start. */
  readonly first: number
  /** The pool closes a returned client when this many others are free. At least `first`. */
  readonly maxFree: number
  readonly open: () => HttpClient
  readonly close: (client: HttpClient) => void
}

interface Waiting {
  readonly sinceMs: number
  readonly resolve: (client: HttpClient) => void
}

/**
 * How long a request waits for a client before the pool opens one more, in milliseconds. After a pause of
 * this process the late requests then use the existing connections instead of a burst of new ones.
 */
const PATIENCE_MS = 50

/**
 * Creates a pool that uses its clients in turn. It closes one when enough others are free, so that none idles
 * for too long.
 */
export function createClientPool({ first, maxFree, open, close }: PoolPlan): ClientPool {
  const free = Array.from({ length: first }, open)
  const queue: Waiting[] = []
  let isWatched = false
  const openForLate = (): void => {
    isWatched = false
    const lateMs = performance.now() - PATIENCE_MS
    while (queue[0] && queue[0].sinceMs <= lateMs) queue.shift()?.resolve(open())
    watch()
  }
  const watch = (): void => {
    const [oldest] = queue
    if (!oldest || isWatched) return
    isWatched = true
    // Read the answers that have arrived before this timeout takes effect.
    const check = (): void => void setImmediate(openForLate)
    setTimeout(check, Math.max(1, oldest.sinceMs + PATIENCE_MS - performance.now()))
  }
  return {
    take() {
      const client = free.shift()
      if (client) return Promise.resolve(client)
      const { promise, resolve } = Promise.withResolvers<HttpClient>()
      queue.push({ sinceMs: performance.now(), resolve })
      watch()
      return promise
    },
    giveBack(client) {
      const next = queue.shift()
      if (next) next.resolve(client)
      else if (free.length < maxFree) free.push(client)
      else close(client)
    },
  }
}
