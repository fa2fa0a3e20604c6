/** What tells a metric's value apart from others of the same metric. */
export type MetricAttributes = Record<string, string>

/** How an instrument is described. */
export interface InstrumentOptions {
  readonly description: string
  readonly unit: string
}

/** Takes the values of one collection. */
export interface MetricsResult {
  // The instruments are the SDK's own, of a type that only it has.
  // oxlint-disable-next-line typescript/no-explicit-any
  observe(instrument: any, value: number, attributes?: MetricAttributes): void
}

/**
 * A `Meter` of @opentelemetry/api 1.3 or newer, as far as it is used. By its form, so that nothing here needs
 * the package.
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
