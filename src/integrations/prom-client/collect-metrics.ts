import { LastcallError } from '../../core/errors.ts'
import { describe } from '../../core/describe.ts'
import { type Peer, refuseOldPeer } from '../../core/peer.ts'
import { loadedPackages } from '../../node/host/loaded-packages.ts'
import type { Lifecycle, Snapshot } from '../../node/types.ts'
import { LifecycleMetric } from './lifecycle-metric.ts'
import { metricTable } from '../../node/lifecycle/metric-table.ts'

// Older registries do not await a metric's values, so every scrape would fail.
const peer: Peer = { name: 'prom-client', oldest: '13.0.0', install: 'prom-client@15' }

/**
 * The part of a registry that is used: of prom-client 13 or newer, of its successor @prometheus-io/client, or
 * of its fork @platformatic/prom-client.
 * @platformatic/prom-client, as far as it is used.
 */
export interface MetricsRegistry {
  readonly contentType: string
  metrics(): Promise<string> | string
  registerMetric(metric: object): void
  getSingleMetric(name: string): unknown
  removeSingleMetric(name: string): void
}

/** Options of {@link collectMetrics}. */
export interface CollectOptions {
  /** Registry for the metrics: `register` of the client package, or a registry of your own. */
  readonly register: MetricsRegistry
  /**
   * Prefix of every metric's name. `lastcall_`.
   * @default 'lastcall_'
   */
  readonly prefix?: string
  /**
   * Path on the probe server that serves the whole registry, false for no path. `/metrics`.
   * @default '/metrics'
   */
  readonly path?: string | false
}

/**
 * Adds the lifecycle's metrics to a registry, and serves the registry on the probe server until the end of
 * the shutdown. Each scrape reads the numbers. Requests are not touched.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`, `LASTCALL_DUPLICATE_NAME` when a metric or the path is
 *   taken, `LASTCALL_UNSUPPORTED_PEER`; nothing is registered then
 * @returns removes the metrics and the path
 * @example
 * ```ts
 * import { createLifecycle } from 'lastcall'
 * import { collectMetrics } from 'lastcall/prom-client'
 * import { register } from 'prom-client'
 *
 * const lifecycle = createLifecycle()
 * collectMetrics(lifecycle, { register })
 * ```
 */
export function collectMetrics(lifecycle: Lifecycle, options: CollectOptions): Disposable {
  refuseUnusable(options)
  refuseOldRegistry(options.register)
  const { register, prefix = 'lastcall_', path = '/metrics' } = options
  const snapshot = onceATurn(() => lifecycle.snapshot())
  // The names are stored separately, because an OpenMetrics registry changes a metric's own name.
  const metrics = metricTable.map((definition) => ({
    name: prefix + definition.name,
    metric: new LifecycleMetric(prefix, definition, snapshot),
  }))
  refuseTaken(
    register,
    metrics.map(({ name }) => name),
  )
  const endpoint = path === false ? null : lifecycle.endpoint(path, () => scrape(register))
  for (const { metric } of metrics) register.registerMetric(metric)
  return {
    [Symbol.dispose]: () => {
      endpoint?.[Symbol.dispose]()
      for (const { name, metric } of metrics) {
        if (register.getSingleMetric(name) === metric) register.removeSingleMetric(name)
      }
    },
  }
}

async function scrape(register: MetricsRegistry): Promise<{ contentType: string; body: string }> {
  return { body: await register.metrics(), contentType: register.contentType }
}

/** A registry reads all metrics in one turn. They share one snapshot, which costs less and is consistent. */
function onceATurn(take: () => Snapshot): () => Snapshot {
  let taken: Snapshot | null = null
  return () => {
    if (taken) return taken
    queueMicrotask(() => (taken = null))
    return (taken = take())
  }
}

function refuseUnusable(options: CollectOptions): void {
  const { register, prefix, path } = options ?? {}
  const methods = ['metrics', 'registerMetric', 'getSingleMetric', 'removeSingleMetric'] as const
  const missing = methods.filter((name) => typeof register?.[name] !== 'function')
  const problems = [
    ...(missing.length === 0
      ? []
      : [
          `register: it has no ${missing.join(', ')}; pass a registry, such as 'register' of the client package`,
        ]),
    // Only the scraper checks names: one invalid name would make the whole page unreadable (Prometheus data
    // model).
    ...(prefix === undefined || (typeof prefix === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix))
      ? []
      : [
          `prefix: got ${describe(prefix)}, wanted letters, digits and underscores that do not begin with a digit`,
        ]),
    ...(path === undefined || path === false || typeof path === 'string'
      ? []
      : [`path: got ${describe(path)}, wanted a path such as '/metrics', or false for none`]),
  ]
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
}

/**
 * Checks only the copy of the package that the registry comes from. The process may have loaded other copies
 * for other purposes.
 */
function refuseOldRegistry(register: MetricsRegistry): void {
  const owner = loadedPackages(peer.name).find(({ exports }) =>
    exports.some((module) => isInstance(register, module)),
  )
  if (owner) refuseOldPeer(peer, owner.version)
}

/** `instanceof` for any exported value: it throws for a function without a prototype. */
function isInstance(value: object, module: unknown): boolean {
  if (typeof module !== 'function') return false
  const { prototype } = module as { prototype?: unknown }
  return typeof prototype === 'object' && prototype !== null && value instanceof module
}

function refuseTaken(register: MetricsRegistry, names: readonly string[]): void {
  const taken = names.filter((name) => register.getSingleMetric(name) !== undefined)
  if (taken.length === 0) return
  throw new LastcallError(
    'LASTCALL_DUPLICATE_NAME',
    taken.map((name) => `${name} is in the registry already; choose another prefix or another registry`),
  )
}
