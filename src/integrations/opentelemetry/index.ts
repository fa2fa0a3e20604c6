/**
 * Metrics as OpenTelemetry instruments.
 * @module lastcall/opentelemetry
 */
export { observeMetrics, type ObserveOptions } from './observe-metrics.ts'
export type { InstrumentOptions, MetricAttributes, MetricsMeter, MetricsResult } from './meter.ts'
