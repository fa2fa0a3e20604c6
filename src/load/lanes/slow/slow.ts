import type { LaneDefinition } from '../../lane-definition.ts'
import { askInTurns, type TimedRoute, timedTrial } from '../timed-route.ts'

const CLIENTS = 6

const timed: TimedRoute = {
  route: { name: 'slow', about: 'route that takes {ms} milliseconds', fallback: '/slow?ms={ms}' },
  placeholder: '{ms}',
  inPath: (ms) => ms,
}

/**
 * GET of a route that takes longer than the shutdown delay. So some request is always in flight at a signal
 * and must survive into the drain.
 */
export const slow: LaneDefinition = {
  name: 'slow',
  unasked: true,
  essential: false,
  sends: `\`GET\` of a slow route by ${CLIENTS} clients, half of them on connections they keep`,
  meets: 'requests that are in flight at the signal',
  routes: [timed.route],
  columns: [],
  run: (context) => askInTurns(context, timed, CLIENTS),
  trial: timedTrial(timed, 'pass --slow-path with a GET route that takes a while ({ms} stands for the time)'),
}
