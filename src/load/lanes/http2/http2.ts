import { withOwn } from '../../headers.ts'
import { inTurn, type Lane, sendOnGrid } from '../../lane.ts'
import type { LaneDefinition, LaneTrial } from '../../lane-definition.ts'
import { bodyOf } from '../../plain-request.ts'
import { firstInTurn, pacedClients } from '../../share.ts'
import { describedTrial, echoRoute, echoTrial } from '../plain-trials.ts'
import { Http2Client } from './client.ts'

export const HTTP2_CLIENTS = 8

/** Limit of unanswered streams per client. More would mean a stall, which the failures show already. */
const MAX_OUTSTANDING = 100

const run: Lane = async (context) => {
  const { ratePerSecond, timeoutMs } = context.options
  const { requests, headers } = context
  const first = firstInTurn(requests.length, context.share)
  const length = pacedClients(HTTP2_CLIENTS, context.share)
  const intervalMs = (1_000 * length) / ratePerSecond
  const startMs = performance.now()
  const clients = Array.from({ length }, (_, index) => {
    const client = new Http2Client(context.pickTarget)
    context.own(client)
    const next = inTurn(requests, first + index)
    const plan = {
      startMs: startMs + (index * intervalMs) / length,
      intervalMs,
      maxOutstanding: MAX_OUTSTANDING,
    }
    return sendOnGrid(context, plan, async (dueMs) => {
      const request = next()
      const identity = context.identify(request, dueMs)
      const body = bodyOf(request, identity.id)
      const own = { body, headers: withOwn(request.headers, headers) }
      context.record(await client.send({ ...request, ...identity, ...own, timeoutMs }))
    })
  })
  await Promise.all(clients)
}

const trial: LaneTrial = {
  ...echoTrial,
  async send({ pickTarget, ...request }) {
    const client = new Http2Client(pickTarget)
    const sample = await client.send({ ...request, body: bodyOf(request, request.id) })
    client.destroy()
    return sample
  },
  where: ({ remotePort }) => `over HTTP/2 on port ${remotePort}`,
  remedy:
    'speak HTTP/2 without TLS, with the route of --echo-path or the request of --path, on the port in H2_PORT ' +
    '(lastcall load: --http2-port; with an https URL: by ALPN on the same port)',
}

/**
 * Requests over HTTP/2 with prior knowledge, one session per client. Meets GOAWAY, and the fate of streams
 * that cross it on the wire.
 */
export const http2: LaneDefinition = {
  name: 'http2',
  unasked: false,
  essential: false,
  sends:
    '`POST` with an id over HTTP/2, without TLS unless the URL is https, ' +
    `${HTTP2_CLIENTS} sessions, streams on a fixed grid; on GOAWAY a new session`,
  meets: 'streams that cross a GOAWAY, or are cut with their session',
  routes: [echoRoute],
  columns: ['refused'],
  run,
  trial,
  described: { ...trial, requests: describedTrial.requests },
  explain: (_, { code, message }) =>
    code === 'HTTP2_REFUSED' ? `the server refused the stream: ${message}` : undefined,
}
