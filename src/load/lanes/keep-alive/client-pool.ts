import type { DialAgent } from '../../dial-agent.ts'

/** Virtual clients with a connection each, which have one request at a time. */
export interface ClientPool {
  /** The client that has waited longest; a new one when none waits. */
  take(): DialAgent
  /** Takes a client back whose request has ended. */
  giveBack(client: DialAgent): void
}

/** What a pool is made of. */
interface PoolPlan {
  /** So many are there from the start, and stay. */
  readonly atLeast: number
  readonly open: () => DialAgent
  readonly close: (client: DialAgent) => void
}

/**
 * Clients that are used in turn. Those beyond the first are closed as soon as enough others wait, so that no
 * connection idles for longer than it would without them.
 */
export function createClientPool({ atLeast, open, close }: PoolPlan): ClientPool {
  const waiting = Array.from({ length: atLeast }, open)
  return {
    take: () => waiting.shift() ?? open(),
    giveBack(client) {
      if (waiting.length < atLeast) waiting.push(client)
      else close(client)
    },
  }
}
