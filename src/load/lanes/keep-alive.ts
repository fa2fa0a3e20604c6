import { createGrid } from '../grid.ts'
import { type Lane, type LaneContext, pauseUntil } from '../lane.ts'
import { KEEP_ALIVE_CLIENTS } from '../load-options.ts'

/** POST on connections that stay open, paced: a client that is served late sends its next request at once until it is back on its grid. */
export const runKeepAlive: Lane = async (context) => {
  const intervalMs = (1_000 * KEEP_ALIVE_CLIENTS) / context.options.ratePerSecond
  const startMs = performance.now()
  const clients = Array.from({ length: KEEP_ALIVE_CLIENTS }, (_, index) =>
    runClient(context, startMs + (index * intervalMs) / KEEP_ALIVE_CLIENTS, intervalMs),
  )
  await Promise.all(clients)
}

async function runClient(context: LaneContext, startMs: number, intervalMs: number): Promise<void> {
  const { options, signal } = context
  const grid = createGrid(startMs, intervalMs)
  const agent = context.openAgent(true)
  while (!signal.aborted) {
    const { dueMs, skipped } = grid.next(performance.now())
    context.skip(skipped)
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ method: 'POST', path: options.postPath, timeoutMs: options.timeoutMs, agent, dueMs })
  }
}
