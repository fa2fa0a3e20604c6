import { inTurn, type Lane, MAX_OUTSTANDING, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { firstInTurn, pacedClients } from '../../share.ts'
import { describedTrial, echoRoute, echoTrial, getTrial } from '../plain-trials.ts'
import { createClientPool } from './client-pool.ts'

/** Few, because each keeps a connection: three per pod are enough to have one idle at any moment. */
export const KEEP_ALIVE_CLIENTS = 8

/**
 * Above 800 requests per second the lane starts with one connection per 100 of them, up to {@link
 * MAX_CLIENTS}.
 */
const RATE_OF_CLIENT = 100
const MAX_CLIENTS = 64

/**
 * In milliseconds. Above 210 requests per second no connection idles for longer than the 8 do at that rate.
 */
const MAX_IDLE_MS = 38

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const next = inTurn(context.requests, firstInTurn(context.requests.length, context.share))
  const least = pacedClients(KEEP_ALIVE_CLIENTS, context.share)
  const first = Math.min(MAX_CLIENTS, Math.max(least, Math.ceil(ratePerSecond / RATE_OF_CLIENT)))
  const clients = createClientPool({
    first,
    maxFree: Math.max(first, Math.floor((ratePerSecond * MAX_IDLE_MS) / 1_000)),
    open: () => context.openClient(true),
    close: (client) => context.close(client),
  })
  const plan = {
    startMs: performance.now(),
    intervalMs: 1_000 / ratePerSecond,
    maxOutstanding: MAX_OUTSTANDING,
  }
  await sendOnGrid(context, plan, async (dueMs) => {
    const client = await clients.take()
    // The request was due before the load was stopped, so send it anyway.
    if (!context.isAbandoned()) await context.send({ ...next(), timeoutMs, client, dueMs })
    clients.giveBack(client)
  })
}

/**
 * Requests on connections that stay open, used in turn on one grid that does not wait for answers. When all
 * connections are busy, the lane opens more.
 */
export const keepAlive: LaneDefinition = {
  name: 'keep-alive',
  unasked: true,
  essential: false,
  sends:
    `\`POST\` with an id on ${KEEP_ALIVE_CLIENTS} connections that stay open ` +
    `(above 800 requests per second one for each ${RATE_OF_CLIENT}, at most ${MAX_CLIENTS}), on a fixed grid; ` +
    'more are opened when a request has waited 50 ms for a free one; ' +
    'the request of `new-connections` where no route echoes',
  meets: 'connections that are closed in the middle of traffic',
  routes: [echoRoute],
  columns: [],
  run,
  trial: echoTrial,
  described: describedTrial,
  fallback: getTrial,
}
