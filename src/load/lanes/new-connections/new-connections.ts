import { tryHttp } from '../../http-trial.ts'
import { type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { pathOf, type Route } from '../../route.ts'

/** The route of `GET`; `lastcall load` takes it from the URL. */
export const getRoute: Route = { name: 'get', about: 'route for GET', fallback: '/' }

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
  trial: {
    method: 'GET',
    path: (options) => pathOf(options, getRoute),
    askedMs: () => 0,
    send: (request) => tryHttp(request),
    remedy: 'pass --get-path with a path that answers 200',
  },
}
