import type { LaneDefinition } from '../../lane-definition.ts'
import { askInTurns, type TimedRoute, timedTrial } from '../timed-route.ts'
import { createHashCheck } from '../hash-check.ts'

const CLIENTS = 6
/** Interval of the chunks, which the contract of the route defines. */
const CHUNK_MS = 50

const timed: TimedRoute = {
  route: {
    name: 'stream',
    about: `route that streams {chunks} lines, ${CHUNK_MS} ms apart, and their SHA-256`,
    fallback: '/stream?chunks={chunks}',
  },
  placeholder: '{chunks}',
  inPath: (ms) => Math.ceil(ms / CHUNK_MS),
  createBodyCheck: createHashCheck,
}

/**
 * GET of a body that takes longer than the shutdown delay and ends with its own hash. So some answer is
 * always half sent at a signal, and the server has to finish it in the drain.
 */
export const stream: LaneDefinition = {
  name: 'stream',
  unasked: false,
  essential: false,
  sends:
    `\`GET\` of a body that takes as long as the slow route, by ${CLIENTS} clients; ` +
    'read to its end and compared with the hash in its last line',
  meets: 'answers that are half sent at the signal',
  routes: [timed.route],
  columns: [],
  run: (context) => askInTurns(context, timed, CLIENTS),
  trial: timedTrial(
    timed,
    'pass --stream-path with a GET route whose last line is the SHA-256 of the rest ({chunks} stands for the length)',
  ),
  explain: (_, { code, message }) =>
    code === 'WRONG_HASH' ? `the stream ended and is not complete: ${message}` : undefined,
}
