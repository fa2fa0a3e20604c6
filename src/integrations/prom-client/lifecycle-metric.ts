import type { Snapshot } from '../../node/types.ts'
import type { MetricDefinition, MetricSample } from '../../node/lifecycle/metric-table.ts'

/** What a registry reads from a metric at a scrape. */
export interface MetricReading {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  readonly values: readonly MetricSample[]
}

/**
 * A metric with the methods that registries of prom-client 15 and of @prometheus-io/client call (their
 * `lib/registry.js`): `get` at every scrape, `reset` from `resetMetrics`. It does not use their constructors,
 * so neither package is imported.
 */
export class LifecycleMetric {
  /**
   * Writable: an OpenMetrics registry removes `_total` from a counter's name here, and reads the name back
   * from `get`.
   */
  name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  readonly #read: () => readonly MetricSample[]

  constructor(prefix: string, definition: MetricDefinition, snapshot: () => Snapshot) {
    this.name = prefix + definition.name
    this.help = definition.help
    this.type = definition.type
    this.aggregator = definition.aggregator
    this.#read = () => definition.samples(snapshot())
  }

  async get(): Promise<MetricReading> {
    const { name, help, type, aggregator } = this
    return { name, help, type, aggregator, values: this.#read() }
  }

  /** Does nothing: the lifecycle holds the numbers. */
  reset(): void {}
}
