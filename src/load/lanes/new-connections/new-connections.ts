import { inTurn, type Lane, MAX_OUTSTANDING, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { firstInTurn } from '../../share.ts'
import { describedTrial, getTrial, NEW_CONNECTIONS } from '../plain-trials.ts'

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const client = context.openClient(false)
  const next = inTurn(context.requests, firstInTurn(context.requests.length, context.share))
  const plan = {
    startMs: performance.now(),
    intervalMs: 1_000 / ratePerSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, (dueMs) => context.send({ ...next(), timeoutMs, client, dueMs }))
}

/** Requests on a grid, each on its own connection. */
export const newConnections: LaneDefinition = {
  name: NEW_CONNECTIONS,
  unasked: true,
  // A run without this lane says nothing about outages of the listener.
  essential: true,
  sends: '`GET /`, or the request that you describe, each on a connection of its own, on a fixed grid',
  meets: 'every moment at which nobody accepts',
  routes: [],
  columns: [],
  run,
  trial: getTrial,
  described: describedTrial,
}
