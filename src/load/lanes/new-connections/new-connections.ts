import { type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { pathOf } from '../../route.ts'
import { getRoute, getTrial } from '../get-route.ts'

/** More than this many unanswered at once is a stall that the failures of the others already tell. */
const MAX_OUTSTANDING = 2_000

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const path = pathOf(context.options, getRoute)
  const agent = context.openAgent(false)
  const plan = {
    startMs: performance.now(),
    intervalMs: 1_000 / ratePerSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, (dueMs) => context.send({ method: 'GET', path, timeoutMs, agent, dueMs }))
}

/** GET, each on a connection of its own, on a grid. */
export const newConnections: LaneDefinition = {
  name: 'new-connections',
  unasked: true,
  // Without it a run says nothing about outages of the listener.
  essential: true,
  sends: '`GET`, each on a connection of its own, on a fixed grid',
  meets: 'every moment at which nobody accepts',
  routes: [getRoute],
  columns: [],
  run,
  trial: getTrial,
}
