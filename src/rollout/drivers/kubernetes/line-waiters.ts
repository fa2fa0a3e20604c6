import type { AgentLine } from './agent/protocol.ts'

/** Waits for lines of one generator. */
export interface LineWaiters {
  take(line: AgentLine): void
  fail(error: Error): void
  /** The first line of a type, or the answer to a command, such as `command 1`. */
  first(what: string): Promise<AgentLine>
}

/** Creates waiters. A line that arrives before a wait for it is kept. */
export function createLineWaiters(): LineWaiters {
  const waiters = new Map<string, PromiseWithResolvers<AgentLine>>()
  let failure: Error | undefined
  const waiterOf = (what: string): PromiseWithResolvers<AgentLine> => {
    const known = waiters.get(what)
    if (known) return known
    const waiter = Promise.withResolvers<AgentLine>()
    // An unused wait must not cause an unhandled rejection.
    waiter.promise.catch(() => undefined)
    waiters.set(what, waiter)
    if (failure) waiter.reject(failure)
    return waiter
  }
  return {
    take(line) {
      waiterOf(line.type).resolve(line)
      if ('command' in line) waiterOf(`command ${line.command}`).resolve(line)
    },
    fail(error) {
      failure = error
      for (const waiter of waiters.values()) waiter.reject(error)
    },
    first: (what) => waiterOf(what).promise,
  }
}
