/** Attributes that distinguish the values of one metric. */
export type MetricAttributes = Record<string, string>

/** Description of an instrument. */
export interface InstrumentOptions {
  readonly description: string
  readonly unit: string
}

/** Receives the values of one collection. */
export interface MetricsResult {
  // The instruments have a type that only the SDK has.
  // oxlint-disable-next-line typescript/no-explicit-any
  observe(instrument: any, value: number, attributes?: MetricAttributes): void
}

/**
 * The part of an @opentelemetry/api `Meter` (1.3 or newer) that is used. A structural type, so that nothing
 * here needs the package.
 */
export interface MetricsMeter {
  createObservableGauge(name: string, options: InstrumentOptions): object
  createObservableCounter(name: string, options: InstrumentOptions): object
  createObservableUpDownCounter(name: string, options: InstrumentOptions): object
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  addBatchObservableCallback(callback: (result: MetricsResult) => void, instruments: any[]): void
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  removeBatchObservableCallback(callback: (result: MetricsResult) => void, instruments: any[]): void
}
