export { type CollectOptions, collectMetrics, type MetricsRegistry } from './collect-metrics.ts'
