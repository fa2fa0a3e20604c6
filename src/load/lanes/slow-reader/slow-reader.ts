import type { LaneDefinition } from '../../lane-definition.ts'
import { createHashCheck } from '../hash-check.ts'
import { askInTurns, type TimedRoute, timedTrial } from '../timed-route.ts'

/** Enough to have several on each pod, and few enough for one generator to read all answers. */
const CLIENTS = 18
const BYTES_PER_SECOND = 1_000_000

const timed: TimedRoute = {
  route: {
    name: 'large',
    about: 'route that answers {megabytes} megabytes at once, and their SHA-256',
    fallback: '/large?mb={megabytes}',
  },
  placeholder: '{megabytes}',
  inPath: (ms) => Math.max(1, Math.ceil((ms * BYTES_PER_SECOND) / 1e9)),
  // The buffers of both kernels hold some megabytes. A shorter answer would have nothing left to send when
  // the drain begins.
  times: 2,
  createBodyCheck: createHashCheck,
  bytesPerSecond: BYTES_PER_SECOND,
}

/**
 * GET of a large answer by clients that read slowly. When the drain begins, the server has written some
 * answer long ago, and its last bytes are still in the send buffer of the kernel.
 */
export const slowReader: LaneDefinition = {
  name: 'slow-reader',
  unasked: false,
  essential: false,
  sends:
    `\`GET\` of a large answer by ${CLIENTS} clients, each time on a new connection; read at 1 MB/s, which takes ` +
    'twice as long as the slow route, and compared with the hash in its last line',
  meets: 'the last bytes of an answer that are still in the send buffer when the process exits',
  routes: [timed.route],
  columns: [],
  run: (context) => askInTurns(context, timed, CLIENTS),
  trial: timedTrial(
    timed,
    'pass --large-path with a GET route that answers {megabytes} megabytes (read at 1 MB/s), the last line ' +
      'being the SHA-256 of the rest',
  ),
  explain: ({ bytes }, { code, message, stage }) => {
    if (code === 'WRONG_HASH') return `the large answer ended and is not complete: ${message}`
    if (code === 'ANSWER_SILENT') return `the large answer fell silent after ${bytes} bytes: ${message}`
    return stage === 'body'
      ? `the large answer broke off after ${bytes} bytes, with the rest still to be read at 1 MB/s`
      : undefined
  },
}
