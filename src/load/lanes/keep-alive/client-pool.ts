import type { HttpClient } from '../../http1/client.ts'

/** Virtual clients with a connection each, which have one request at a time. */
export interface ClientPool {
  /** The client that has waited longest. When all are busy: the first that is free, or soon a new one. */
  take(): Promise<HttpClient>
  /** Takes a client back whose request has ended. */
  giveBack(client: HttpClient): void
}

/** What a pool is made of. */
interface PoolPlan {
  /** Clients at the start. */
  readonly first: number
  /** A client that is given back is closed when this many others are free. At least `first`. */
  readonly maxFree: number
  readonly open: () => HttpClient
  readonly close: (client: HttpClient) => void
}

interface Waiting {
  readonly sinceMs: number
  readonly resolve: (client: HttpClient) => void
}

/**
 * How long a request waits for a client before one more is opened, in milliseconds. What a pause of this
 * process has delayed then goes out on the connections that there are, not on a burst of new ones.
 */
const PATIENCE_MS = 50

/**
 * Clients that are used in turn. When enough others are free, one is closed, so that none idles for too
 * long.
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
    // Answers that have arrived are read before the time-out counts.
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
