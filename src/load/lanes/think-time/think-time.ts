import { inTurn, type Lane, type LaneContext, pauseUntil } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { clientsOf } from '../../share.ts'
import { describedTrial, echoRoute, echoTrial, getTrial } from '../plain-trials.ts'
import { isIdleRace } from './idle-race.ts'

export const THINK_TIME_CLIENTS = 12
/** Additional clients whose pauses are all longer than `idleLimitMs`. */
export const LONG_PAUSE_CLIENTS = 4

const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 1_500

// The pauses are pseudo-random with a fixed seed, so that all runs send the same load.
const run: Lane = async (context) => {
  const { idleLimitMs } = context.options
  const clients = clientsOf(THINK_TIME_CLIENTS + LONG_PAUSE_CLIENTS, context.share).map((client) =>
    runClient(context, client + 1, client < THINK_TIME_CLIENTS ? 0 : idleLimitMs),
  )
  await Promise.all(clients)
}

async function runClient(context: LaneContext, seed: number, atLeastMs: number): Promise<void> {
  const { options, signal } = context
  const next = inTurn(context.requests, seed)
  const random = createRandom(seed)
  const client = context.openClient(true)
  while (!signal.aborted) {
    const pauseMs = atLeastMs + MIN_PAUSE_MS + random() * (MAX_PAUSE_MS - MIN_PAUSE_MS)
    const dueMs = performance.now() + pauseMs
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ ...next(), timeoutMs: options.timeoutMs, client, dueMs })
  }
}

/**
 * Numbers from 0 to 1 from a linear congruential generator (constants of Numerical Recipes); good enough for
 * pauses.
 */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Requests on connections that idle between answers. Meets the moment at which a server closes an idle
 * connection while a request is on its way (nodejs/node#60617). Some clients pause for longer than the server
 * serves after a signal, so that no answer can warn them.
 */
export const thinkTime: LaneDefinition = {
  name: 'think-time',
  unasked: true,
  essential: false,
  sends:
    `\`POST\` with an id on ${THINK_TIME_CLIENTS} connections, with pauses of 50 ms to 1.5 s, ` +
    `and on ${LONG_PAUSE_CLIENTS} more with pauses that are longer than the shutdown delay; ` +
    'the request of `new-connections` where no route echoes',
  meets: 'idle connections that are closed as the next request is on its way',
  routes: [echoRoute],
  columns: [],
  run,
  trial: echoTrial,
  described: describedTrial,
  fallback: getTrial,
  isRaced: isIdleRace,
}
