import { type MetricDefinition, metricTable } from '../../node/lifecycle/metric-table.ts'
import type { Snapshot } from '../../node/types.ts'
import type { MetricAttributes } from './meter.ts'

/** One value of a metric. */
export interface Observation {
  readonly value: number
  readonly attributes: MetricAttributes
}

/** A metric under its OpenTelemetry name. */
export interface InstrumentDefinition {
  readonly name: string
  readonly kind: 'Gauge' | 'Counter' | 'UpDownCounter'
  readonly unit: string
  readonly description: string
  readonly observe: (snapshot: Snapshot) => readonly Observation[]
}

/** Gauges whose values can be summed over processes, and their units. */
const additive: Readonly<Record<string, string>> = {
  requests_in_flight: '{request}',
  connections: '{connection}',
}

const counted: Readonly<Record<string, string>> = {
  requests_after_shutdown_total: '{request}',
  forced_closes_total: '{close}',
}

/**
 * Converts a metric of the table. Its name converts back to the table's name in Prometheus: dots become
 * underscores, the unit and `_total` are appended, units in braces are dropped (OpenTelemetry specification,
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
 * Requests by scheme (OpenTelemetry semantic conventions, HTTP metrics). Servers of one scheme are summed up,
 * because this metric has no attribute for the server. lastcall does not know the `http.request.method` of a
 * request in flight, so the attribute is left out.
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
