import { Http2Client } from '../http2-client.ts'
import { type Lane, sendOnGrid } from '../lane.ts'
import { HTTP2_CLIENTS } from '../load-options.ts'

/** More than this many unanswered streams of one client are a stall that the failures already tell. */
const MAX_OUTSTANDING = 100

/**
 * POST over HTTP/2 with prior knowledge, one session a client, streams on a grid: meets GOAWAY, and what a server does to the streams that cross it on the
 * wire.
 */
export const runHttp2: Lane = async (context) => {
  const { ratePerSecond, postPath, timeoutMs, hostHeader, checkEcho } = context.options
  const intervalMs = (1_000 * HTTP2_CLIENTS) / ratePerSecond
  const startMs = performance.now()
  const clients = Array.from({ length: HTTP2_CLIENTS }, (_, index) => {
    const client = new Http2Client(context.pickTarget)
    context.own(client)
    const plan = {
      startMs: startMs + (index * intervalMs) / HTTP2_CLIENTS,
      intervalMs,
      maxOutstanding: MAX_OUTSTANDING,
    }
    return sendOnGrid(context, plan, async (dueMs) => {
      const identity = context.identify('POST', dueMs)
      const body = JSON.stringify({ id: identity.id })
      const request = { ...identity, path: postPath, hostHeader, body, checkEcho, timeoutMs }
      context.record(await client.send(request))
    })
  })
  await Promise.all(clients)
}
