import { type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { getOf } from '../../plain-request.ts'
import { pathOf, type Route } from '../../route.ts'
import { pacedClients } from '../../share.ts'
import { openTrace, toSample } from '../../trace.ts'
import { type OnLoss, WebSocketClient } from './client.ts'

export const WEBSOCKET_CLIENTS = 8

/** More than this many unanswered messages of one client are a stall that the failures already tell. */
const MAX_OUTSTANDING = 100

const websocketRoute: Route = {
  name: 'websocket',
  about: 'where a WebSocket sends each message back',
  fallback: '/ws',
}

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const request = getOf(pathOf(context.options, websocketRoute))
  const place = { path: request.path, headers: context.headers, timeoutMs }
  const length = pacedClients(WEBSOCKET_CLIENTS, context.share)
  const intervalMs = (1_000 * length) / ratePerSecond
  const startMs = performance.now()
  const onLoss: OnLoss = (error, facts) => {
    const trace = Object.assign(openTrace(), { facts })
    context.record(toSample(context.identify(request, trace.startedAt.monotonicMs), trace, error))
  }
  const clients = Array.from({ length }, async (_, index) => {
    const client = new WebSocketClient(context.pickTarget, place, onLoss)
    context.own(client)
    const plan = {
      startMs: startMs + (index * intervalMs) / length,
      intervalMs,
      maxOutstanding: MAX_OUTSTANDING,
    }
    await sendOnGrid(context, plan, async (dueMs) => {
      context.record(await client.send(context.identify(request, dueMs)))
    })
    client.end()
  })
  await Promise.all(clients)
}

/**
 * Messages on WebSockets, on a grid, each of which has to come back: meets sockets that are cut instead of
 * closed with 1001, and messages without an answer at the close.
 */
export const websocket: LaneDefinition = {
  name: 'websocket',
  unasked: false,
  essential: false,
  sends:
    `messages with an id on ${WEBSOCKET_CLIENTS} WebSockets, on a fixed grid, each of which has to come back; ` +
    'when the server closes with 1001 the client connects anew at once',
  meets: 'WebSockets that are cut without a close frame, messages without an answer at the close',
  routes: [websocketRoute],
  columns: ['resent'],
  run,
  trial: {
    requests: (options) => [getOf(pathOf(options, websocketRoute))],
    askedMs: () => 0,
    async send(request) {
      const client = new WebSocketClient(request.pickTarget, request, () => undefined)
      const sample = await client.send(request)
      client.end()
      return sample
    },
    remedy: 'pass --websocket-path with a route that upgrades to a WebSocket and sends each message back',
  },
  explain: (_, { code, message }) =>
    code.startsWith('WEBSOCKET_') ? `the WebSocket was ${message}` : undefined,
}
