import type { LoadOptions } from './load-options.ts'
import type { LaneName, Sample } from './sample.ts'

const remedies: Readonly<Record<LaneName, string>> = {
  'new-connections': 'pass --get-path with a path that answers 200',
  'keep-alive': 'pass --post-path with a route that takes a POST of JSON',
  'think-time': 'pass --post-path with a route that takes a POST of JSON',
  slow: 'pass --slow-path with a GET route that takes a while ({ms} stands for the time)',
  stream:
    'pass --stream-path with a GET route whose last line is the SHA-256 of the rest ({chunks} stands for the length)',
  websocket: 'pass --websocket-path with a route that upgrades to a WebSocket and sends each message back',
  sse: 'pass --events-path with a route of server-sent events whose ids are whole numbers without gaps and go on after Last-Event-ID',
  http2:
    'speak HTTP/2 without TLS, with the route of --post-path, on the port in H2_PORT (lastcall load: --http2-port)',
}

/** What makes a lane possible whose route answers too soon. */
export function remedyForHaste(lane: LaneName): string {
  return remedies[lane]
}

/** Says what to do about a lane whose route did not answer as wanted. */
export function remedyFor(sample: Sample, { lanes }: LoadOptions): string {
  if (sample.error?.code === 'WRONG_ECHO') {
    return 'pass --no-echo-check when this route does not answer with the id that it was sent'
  }
  const remedy = remedies[sample.lane]
  if (sample.lane === 'new-connections') return remedy
  const sameRoute: readonly LaneName[] = ['keep-alive', 'think-time']
  const dropped = sameRoute.includes(sample.lane) ? sameRoute : [sample.lane]
  const left = lanes.filter((lane) => !dropped.includes(lane))
  return left.length > 0 ? `${remedy}, or leave the lane out with --lanes ${left.join(',')}` : remedy
}
