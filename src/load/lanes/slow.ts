import { type Lane, type LaneContext, pauseUntil } from '../lane.ts'
import { SLOW_CLIENTS, slowPathFor } from '../load-options.ts'

/**
 * GET of a route that takes longer than the shutdown delay: some request is always in flight when a signal comes and must survive into the drain.
 * Half of the clients keep their connection. A route that answers early is not asked more often.
 */
export const runSlow: Lane = async (context) => {
  const startMs = performance.now()
  const { slowMs } = context.options
  const clients = Array.from({ length: SLOW_CLIENTS }, (_, index) =>
    runClient(context, startMs + (index * slowMs) / SLOW_CLIENTS, index % 2 === 0),
  )
  await Promise.all(clients)
}

async function runClient(context: LaneContext, startMs: number, keepAlive: boolean): Promise<void> {
  const { options, signal } = context
  const agent = context.openAgent(keepAlive)
  const request = {
    method: 'GET',
    path: slowPathFor(options, options.slowMs),
    timeoutMs: options.timeoutMs + options.slowMs,
    agent,
  } as const
  for (let dueMs = startMs; ; dueMs = Math.max(performance.now(), dueMs + options.slowMs)) {
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ ...request, dueMs })
  }
}
