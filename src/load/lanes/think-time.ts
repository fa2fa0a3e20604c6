import { type Lane, type LaneContext, pauseUntil } from '../lane.ts'
import { THINK_TIME_CLIENTS } from '../load-options.ts'

const MIN_PAUSE_MS = 50
const MAX_PAUSE_MS = 1_500

/**
 * POST on connections that lie idle between answers: meets the moment at which a server closes an idle connection while a request is under way
 * (nodejs/node#60617). The pauses are pseudo-random with a fixed seed, so that two runs press the same way.
 */
export const runThinkTime: Lane = async (context) => {
  await Promise.all(Array.from({ length: THINK_TIME_CLIENTS }, (_, index) => runClient(context, index + 1)))
}

async function runClient(context: LaneContext, seed: number): Promise<void> {
  const { options, signal } = context
  const random = createRandom(seed)
  const agent = context.openAgent(true)
  while (!signal.aborted) {
    const dueMs = performance.now() + MIN_PAUSE_MS + random() * (MAX_PAUSE_MS - MIN_PAUSE_MS)
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ method: 'POST', path: options.postPath, timeoutMs: options.timeoutMs, agent, dueMs })
  }
}

/** Numbers from 0 to 1 by a linear congruential generator (constants of Numerical Recipes); good enough for pauses. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
