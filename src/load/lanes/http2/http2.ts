import { type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition } from '../../lane-definition.ts'
import { pathOf } from '../../route.ts'
import { postRoute } from '../post-route.ts'
import { Http2Client } from './client.ts'

export const HTTP2_CLIENTS = 8

/** More than this many unanswered streams of one client are a stall that the failures already tell. */
const MAX_OUTSTANDING = 100

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs, hostHeader, checkEcho } = context.options
  const path = pathOf(context.options, postRoute)
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
      context.record(await client.send({ ...identity, path, hostHeader, body, checkEcho, timeoutMs }))
    })
  })
  await Promise.all(clients)
}

/**
 * POST over HTTP/2 with prior knowledge, one session a client: meets GOAWAY, and what a server does to the
 * streams that cross it on the wire.
 */
export const http2: LaneDefinition = {
  name: 'http2',
  unasked: false,
  essential: false,
  sends: `\`POST\` with an id over HTTP/2 without TLS, ${HTTP2_CLIENTS} sessions, streams on a fixed grid; on GOAWAY a new session`,
  meets: 'streams that cross a GOAWAY, or are cut with their session',
  routes: [postRoute],
  columns: ['refused'],
  run,
  trial: {
    method: 'POST',
    path: (options) => pathOf(options, postRoute),
    askedMs: () => 0,
    async send({ pickTarget, ...request }) {
      const client = new Http2Client(pickTarget)
      const sample = await client.send({ ...request, body: JSON.stringify({ id: request.id }) })
      client.destroy()
      return sample
    },
    where: ({ remotePort }) => `over HTTP/2 on port ${remotePort}`,
    remedy:
      'speak HTTP/2 without TLS, with the route of --post-path, on the port in H2_PORT (lastcall load: --http2-port)',
  },
  explain: (_, { code, message }) =>
    code === 'HTTP2_REFUSED' ? `the server refused the stream: ${message}` : undefined,
}
