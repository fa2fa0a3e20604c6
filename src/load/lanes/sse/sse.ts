import type { Lane } from '../../lane.ts'
import type { LaneDefinition, TrialRequest } from '../../lane-definition.ts'
import { getOf } from '../../plain-request.ts'
import { pathOf, type Route } from '../../route.ts'
import type { Sample } from '../../sample.ts'
import { clientsOf } from '../../share.ts'
import { EventSubscriber } from './subscriber.ts'

const CLIENTS = 6

/** Its events have ids that are numbers without gaps, and they continue after `Last-Event-ID`. */
const eventsRoute: Route = {
  name: 'events',
  about: 'route of server-sent events that go on after Last-Event-ID',
  fallback: '/events',
}

const run: Lane = async (context) => {
  const { timeoutMs } = context.options
  const { headers } = context
  const request = getOf(pathOf(context.options, eventsRoute))
  const ports = {
    pickTarget: context.pickTarget,
    identify: () => context.identify(request, performance.now()),
    record: context.record,
  }
  const clients = clientsOf(CLIENTS, context.share).map(() => {
    const subscriber = new EventSubscriber({ path: request.path, headers, timeoutMs }, ports)
    context.own(subscriber)
    return subscriber.run(context.signal)
  })
  await Promise.all(clients)
}

async function tryFirstEvent(request: TrialRequest): Promise<Sample> {
  const { promise, resolve } = Promise.withResolvers<Sample>()
  const enough = new AbortController()
  const ports = { pickTarget: request.pickTarget, identify: () => request, record: resolve }
  const following = new EventSubscriber(request, ports).run(enough.signal)
  const sample = await promise
  enough.abort()
  await following
  return sample
}

/**
 * Server-sent events, followed across reconnects. Meets streams that nobody ends, streams that are reset, and
 * events that are lost in between.
 */
export const sse: LaneDefinition = {
  name: 'sse',
  unasked: false,
  essential: false,
  sends:
    `server-sent events followed by ${CLIENTS} clients, from the end of a stream on a new connection with \`Last-Event-ID\`; ` +
    'every event is counted, with the time since the last one as its latency',
  meets: 'event streams that nobody ends or that are cut, and events lost in between',
  routes: [eventsRoute],
  columns: [],
  run,
  trial: {
    requests: (options) => [getOf(pathOf(options, eventsRoute))],
    askedMs: () => 0,
    send: tryFirstEvent,
    remedy:
      'pass --events-path with a route of server-sent events whose ids are whole numbers without gaps, ' +
      'and go on after Last-Event-ID',
  },
  explain(_, { code, stage, message }) {
    if (code.startsWith('SSE_')) return `events: ${message}`
    return stage === 'body' ? 'the event stream was cut instead of being ended' : undefined
  },
}
