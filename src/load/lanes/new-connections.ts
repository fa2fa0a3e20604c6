import { createGrid } from '../grid.ts'
import { type Lane, pauseUntil } from '../lane.ts'

/** More than this many unanswered at once is a stall that the failures of the others already tell; it bounds memory and file descriptors. */
const MAX_OUTSTANDING = 2_000

/** GET, each on a connection of its own, on a grid: meets every moment at which nobody accepts. */
export const runNewConnections: Lane = async (context) => {
  const { options, signal } = context
  const grid = createGrid(performance.now(), 1_000 / options.ratePerSecond)
  const agent = context.openAgent(false)
  const outstanding = new Set<Promise<unknown>>()
  while (!signal.aborted) {
    const { dueMs, skipped } = grid.next(performance.now())
    context.skip(skipped)
    await pauseUntil(dueMs, signal)
    if (signal.aborted) break
    if (outstanding.size >= MAX_OUTSTANDING) {
      context.skip(1)
      continue
    }
    const request = context.send({
      method: 'GET',
      path: options.getPath,
      timeoutMs: options.timeoutMs,
      agent,
      dueMs,
    })
    outstanding.add(request)
    void request.then(() => outstanding.delete(request))
  }
  await Promise.all(outstanding)
}
