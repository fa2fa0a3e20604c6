import { type Lane, sendOnGrid } from '../lane.ts'

/** More than this many unanswered at once is a stall that the failures of the others already tell. */
const MAX_OUTSTANDING = 2_000

/** GET, each on a connection of its own, on a grid: meets every moment at which nobody accepts. */
export const runNewConnections: Lane = async (context) => {
  const { ratePerSecond, getPath, timeoutMs } = context.options
  const agent = context.openAgent(false)
  const plan = {
    startMs: performance.now(),
    intervalMs: 1_000 / ratePerSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, (dueMs) =>
    context.send({ method: 'GET', path: getPath, timeoutMs, agent, dueMs }),
  )
}
