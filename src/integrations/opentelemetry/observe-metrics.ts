import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import { type Peer, refuseOldPeer } from '../../core/peer.ts'
import { loadedPackages } from '../../node/host/loaded-packages.ts'
import type { Lifecycle } from '../../node/types.ts'
import { instruments } from './instruments.ts'
import type { MetricsMeter, MetricsResult } from './meter.ts'

// Older releases have no metrics; a separate package had them.
const peer: Peer = { name: '@opentelemetry/api', oldest: '1.3.0', install: '@opentelemetry/api@1' }

/** Options of {@link observeMetrics}. */
export interface ObserveOptions {
  /**
   * Meter that creates the instruments: `metrics.getMeter('lastcall')` of @opentelemetry/api, or a meter of
   * your own provider.
   */
  readonly meter: MetricsMeter
}

/**
 * Adds the lifecycle's metrics and `http.server.active_requests` to a meter. Each collection reads all
 * numbers from one snapshot. Requests are not touched.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`, `LASTCALL_UNSUPPORTED_PEER` when there is no meter
 *   because @opentelemetry/api is too old
 * @returns ends the observation; the instruments stay in their meter, which cannot remove them
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api'
 * import { createLifecycle } from 'lastcall'
 * import { observeMetrics } from 'lastcall/opentelemetry'
 *
 * const lifecycle = createLifecycle()
 * observeMetrics(lifecycle, { meter: metrics.getMeter('lastcall') })
 * ```
 */
export function observeMetrics(lifecycle: Lifecycle, options: ObserveOptions): Disposable {
  refuseUnusable(options)
  const { meter } = options
  const observed = instruments.map(({ name, kind, unit, description, observe }) => ({
    instrument: meter[`createObservable${kind}`](name, { unit, description }),
    observe,
  }))
  const all = observed.map(({ instrument }) => instrument)
  const collect = (result: MetricsResult): void => {
    const snapshot = lifecycle.snapshot()
    for (const { instrument, observe } of observed) {
      for (const { value, attributes } of observe(snapshot)) result.observe(instrument, value, attributes)
    }
  }
  meter.addBatchObservableCallback(collect, all)
  return { [Symbol.dispose]: () => meter.removeBatchObservableCallback(collect, all) }
}

function refuseUnusable(options: ObserveOptions): void {
  const { meter } = options ?? {}
  const methods = [
    'createObservableGauge',
    'createObservableCounter',
    'createObservableUpDownCounter',
    'addBatchObservableCallback',
    'removeBatchObservableCallback',
  ] as const
  const missing = methods.filter((name) => typeof meter?.[name] !== 'function')
  if (missing.length === 0) return
  const [loaded] = loadedPackages(peer.name)
  if (loaded) refuseOldPeer(peer, loaded.version)
  throw new LastcallError('LASTCALL_INVALID_OPTIONS', [
    `meter: got ${describe(meter)} without ${missing.join(', ')}; ` +
      "pass metrics.getMeter('lastcall') of @opentelemetry/api 1.3 or newer, from npm install @opentelemetry/api@1",
  ])
}
