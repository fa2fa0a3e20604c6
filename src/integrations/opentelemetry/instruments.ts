import { type MetricDefinition, metricTable } from '../../node/lifecycle/metric-table.ts'
import type { Snapshot } from '../../node/types.ts'
import type { MetricAttributes } from './meter.ts'

/** One value of a metric. */
export interface Observation {
  readonly value: number
  readonly attributes: MetricAttributes
}

/** A metric as OpenTelemetry names it. */
export interface InstrumentDefinition {
  readonly name: string
  readonly kind: 'Gauge' | 'Counter' | 'UpDownCounter'
  readonly unit: string
  readonly description: string
  readonly observe: (snapshot: Snapshot) => readonly Observation[]
}

/** Gauges whose values of several processes can be added up, and what they count. */
const additive: Readonly<Record<string, string>> = {
  requests_in_flight: '{request}',
  connections: '{connection}',
}

const counted: Readonly<Record<string, string>> = {
  requests_after_shutdown_total: '{request}',
  forced_closes_total: '{close}',
}

/**
 * A metric of the table under a name that becomes the table's own again where Prometheus gets it: dots become
 * underscores, the unit and `_total` are appended, units in braces are left out (OpenTelemetry specification,
 * "Prometheus and OpenMetrics Compatibility").
 */
function instrumentOf({ name, help, type, samples }: MetricDefinition): InstrumentDefinition {
  const unit = name.endsWith('_seconds') ? 's' : (additive[name] ?? counted[name] ?? '')
  return {
    name: `lastcall.${name.replace(/_(seconds|total)$/, '')}`,
    kind: type === 'counter' ? 'Counter' : name in additive ? 'UpDownCounter' : 'Gauge',
    unit,
    description: help,
    observe: (snapshot) =>
      samples(snapshot).map(({ labels, value }) => ({ value, attributes: { ...labels } })),
  }
}

/**
 * Requests by scheme (OpenTelemetry semantic conventions, HTTP metrics). Servers of one scheme are added up,
 * since what tells them apart is no attribute of this metric. `http.request.method` is not kept of a request
 * in flight, and a made-up one would be false.
 */
const activeRequests: InstrumentDefinition = {
  name: 'http.server.active_requests',
  kind: 'UpDownCounter',
  unit: '{request}',
  description: 'Number of active HTTP server requests.',
  observe: ({ servers }) => {
    const schemes = new Set(servers.flatMap(({ scheme }) => scheme ?? []))
    return [...schemes].map((scheme) => ({
      value: servers
        .filter((server) => server.scheme === scheme)
        .reduce((sum, { inFlight }) => sum + inFlight.request + inFlight.stream, 0),
      attributes: { 'url.scheme': scheme },
    }))
  },
}

/** Every metric that `observeMetrics` adds. */
export const instruments: readonly InstrumentDefinition[] = [activeRequests, ...metricTable.map(instrumentOf)]
