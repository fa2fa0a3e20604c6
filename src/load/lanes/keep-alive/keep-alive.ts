import { createGrid } from '../../grid.ts'
import { inTurn, type Lane, type LaneContext, pauseUntil } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { describedTrial, echoRoute, echoTrial, getTrial } from '../plain-trials.ts'

/** Few: each keeps a connection, and three per pod are enough to have one idle at any moment. */
export const KEEP_ALIVE_CLIENTS = 8

const run: Lane = async (context) => {
  const intervalMs = (1_000 * KEEP_ALIVE_CLIENTS) / context.options.ratePerSecond
  const startMs = performance.now()
  const clients = Array.from({ length: KEEP_ALIVE_CLIENTS }, (_, index) =>
    runClient(context, {
      index,
      startMs: startMs + (index * intervalMs) / KEEP_ALIVE_CLIENTS,
      intervalMs,
    }),
  )
  await Promise.all(clients)
}

interface ClientPlan {
  readonly index: number
  readonly startMs: number
  readonly intervalMs: number
}

async function runClient(context: LaneContext, { index, startMs, intervalMs }: ClientPlan): Promise<void> {
  const { options, signal } = context
  const next = inTurn(context.requests, index)
  const grid = createGrid(startMs, intervalMs)
  const agent = context.openAgent(true)
  while (!signal.aborted) {
    const { dueMs, skipped } = grid.next(performance.now())
    context.skip(skipped)
    await pauseUntil(dueMs, signal)
    if (signal.aborted) return
    await context.send({ ...next(), timeoutMs: options.timeoutMs, agent, dueMs })
  }
}

/**
 * Requests on connections that stay open, paced: a client that is served late sends its next request at once
 * until it is back on its grid.
 */
export const keepAlive: LaneDefinition = {
  name: 'keep-alive',
  unasked: true,
  essential: false,
  sends:
    `\`POST\` with an id on ${KEEP_ALIVE_CLIENTS} connections that stay open, on a fixed grid; ` +
    'the request of `new-connections` where no route echoes',
  meets: 'connections that are closed in the middle of traffic',
  routes: [echoRoute],
  columns: [],
  run,
  trial: echoTrial,
  described: describedTrial,
  fallback: getTrial,
}
