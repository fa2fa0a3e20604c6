import { inTurn, type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { describedTrial, getTrial, NEW_CONNECTIONS } from '../plain-trials.ts'

/** More than this many unanswered at once is a stall that the failures of the others already tell. */
const MAX_OUTSTANDING = 2_000

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const agent = context.openAgent(false)
  const next = inTurn(context.requests, 0)
  const plan = {
    startMs: performance.now(),
    intervalMs: 1_000 / ratePerSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, (dueMs) => context.send({ ...next(), timeoutMs, agent, dueMs }))
}

/** Requests, each on a connection of its own, on a grid. */
export const newConnections: LaneDefinition = {
  name: NEW_CONNECTIONS,
  unasked: true,
  // Without it a run says nothing about outages of the listener.
  essential: true,
  sends: '`GET /`, or the request that you describe, each on a connection of its own, on a fixed grid',
  meets: 'every moment at which nobody accepts',
  routes: [],
  columns: [],
  run,
  trial: getTrial,
  described: describedTrial,
}
