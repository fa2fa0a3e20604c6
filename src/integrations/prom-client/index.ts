/**
 * Metrics in a registry of prom-client.
 * @module lastcall/prom-client
 */
export { type CollectOptions, collectMetrics, type MetricsRegistry } from './collect-metrics.ts'
