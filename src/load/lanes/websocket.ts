import { type Lane, sendOnGrid } from '../lane.ts'
import { WEBSOCKET_CLIENTS } from '../load-options.ts'
import { openTrace, toSample } from '../trace.ts'
import { type OnLoss, WebSocketClient } from '../websocket/client.ts'

/** More than this many unanswered messages of one client are a stall that the failures already tell. */
const MAX_OUTSTANDING = 100

/**
 * Messages on WebSockets, on a grid, each of which has to come back: meets sockets that are cut instead of closed with 1001, and messages that are swallowed at
 * the close.
 */
export const runWebSocket: Lane = async (context) => {
  const { ratePerSecond, websocketPath: path, timeoutMs, hostHeader } = context.options
  const intervalMs = (1_000 * WEBSOCKET_CLIENTS) / ratePerSecond
  const startMs = performance.now()
  const onLoss: OnLoss = (error, facts) => {
    const trace = Object.assign(openTrace(), { facts })
    context.record(toSample(context.identify('GET', trace.startedAt.monotonicMs), trace, error))
  }
  const clients = Array.from({ length: WEBSOCKET_CLIENTS }, async (_, index) => {
    const client = new WebSocketClient(context.pickTarget, { path, hostHeader, timeoutMs }, onLoss)
    context.own(client)
    const plan = {
      startMs: startMs + (index * intervalMs) / WEBSOCKET_CLIENTS,
      intervalMs,
      maxOutstanding: MAX_OUTSTANDING,
    }
    await sendOnGrid(context, plan, async (dueMs) => {
      context.record(await client.send(context.identify('GET', dueMs)))
    })
    client.end()
  })
  await Promise.all(clients)
}
