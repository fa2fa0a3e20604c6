import { LastcallError } from '../../core/errors.ts'
import { type Peer, refuseOldPeer } from '../../core/peer.ts'
import { isAtLeast } from '../../core/version.ts'
import { loadedPackages } from '../../node/host/loaded-packages.ts'
import type { Lifecycle } from '../../node/types.ts'
import { HealthCheckError } from './health-check-error.ts'
import { stateOf } from './terminus-state.ts'
import type { HealthCheckMap, TerminusOptions, TerminusState } from './types.ts'

// Older versions ignore statusOkResponse and statusErrorResponse.
const peer: Peer = { name: '@godaddy/terminus', oldest: '4.12.0', install: '@godaddy/terminus@4' }

/** Options that the caller may set: everything about health checks. */
export type PeerOverrides = Pick<
  TerminusOptions,
  | 'caseInsensitive'
  | 'headers'
  | 'healthChecks'
  | 'logger'
  | 'statusError'
  | 'statusErrorResponse'
  | 'statusOk'
  | 'statusOkResponse'
>

type PeerCheck = (argument: { state: TerminusState }) => Promise<unknown>

/**
 * Options for `createTerminus` of the real @godaddy/terminus, in its own types. Each call creates a new
 * object, because terminus writes into it.
 */
export interface PeerOptions {
  readonly healthChecks: {
    readonly verbatim?: boolean
    readonly __unsafeExposeStackTraces?: boolean
    readonly [path: string]: PeerCheck | boolean | undefined
  }
  readonly signal: string
  readonly caseInsensitive?: boolean
  readonly headers?: { [name: string]: string }
  readonly logger?: (message: string, error: Error) => void
  readonly statusOk?: number
  readonly statusOkResponse?: Record<string, unknown>
  readonly statusError?: number
  readonly statusErrorResponse?: Record<string, unknown>
}

/**
 * terminus always listens for at least one event of the process: without `signal` it uses SIGTERM, and it
 * adds SIGTERM to a list of `signals`. This name is not a signal and is never emitted.
 */
const NO_SIGNAL = 'lastcall:terminus-handles-no-signal'

/** Options that would have no effect because terminus gets no signal, and what replaces them here. */
const replaced: Readonly<Record<string, string>> = {
  signal: 'pass signals to createLifecycle()',
  signals: 'pass signals to createLifecycle()',
  useExit0: 'a clean shutdown ends with 0',
  timeout: 'pass drainTimeoutMs to createLifecycle()',
  beforeShutdown: 'pass shutdownDelayMs to createLifecycle()',
  onSignal: 'use lifecycle.onStop()',
  onSigterm: 'use lifecycle.onStop()',
  onShutdown: 'use lifecycle.onStop()',
  sendFailuresDuringShutdown:
    'readiness fails and liveness does not, unless createLifecycle() gets livenessFailsOnShutdown',
  onSendFailureDuringShutdown: "use lifecycle.on('shutdownInitiated')",
}

/**
 * Options with which @godaddy/terminus 4.12 serves `/health/liveness`, `/health/readiness` and
 * `/health/startup` on the application's own port. Signals, drain and exit stay with the lifecycle:
 * `createTerminus(lifecycle.serve(server), terminusOptions(lifecycle))`.
 *
 * Readiness and start-up follow the lifecycle's state. Only the probe server runs checks from
 * `lifecycle.check()`; put checks for this port into `healthChecks`. When the drain closes the port, these
 * routes close, too. The probe server answers until the end.
 *
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS` for overrides that would have no effect;
 *   `LASTCALL_UNSUPPORTED_PEER` when the loaded terminus is older than 4.12
 * @example
 * ```ts
 * import { createTerminus } from '@godaddy/terminus'
 * import { createServer } from 'node:http'
 * import { createLifecycle } from 'lastcall'
 * import { terminusOptions } from 'lastcall/terminus'
 *
 * const lifecycle = createLifecycle()
 * const server = lifecycle.serve(createServer((_, response) => response.end('hello')))
 * createTerminus(server, terminusOptions(lifecycle))
 * server.listen(8080)
 * await lifecycle.start()
 * ```
 */
export function terminusOptions(lifecycle: Lifecycle, overrides: PeerOverrides = {}): PeerOptions {
  refuseOldTerminus()
  const problems = Object.keys(overrides).flatMap((name) =>
    name in replaced ? [`${name}: terminus handles no signal here; ${replaced[name]}`] : [],
  )
  if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
  const { healthChecks = {}, statusOkResponse, statusErrorResponse, ...others } = overrides
  return {
    ...others,
    // terminus writes the results of checks into these two objects.
    ...(statusOkResponse && { statusOkResponse: { ...statusOkResponse } }),
    ...(statusErrorResponse && { statusErrorResponse: { ...statusErrorResponse } }),
    healthChecks: { ...lifecycleChecks(lifecycle), ...withState(lifecycle, healthChecks) },
    signal: NO_SIGNAL,
  } as PeerOptions
}

function refuseOldTerminus(): void {
  const versions = loadedPackages(peer.name).map(({ version }) => version)
  // It is not known which of several copies gets these options. The newest one decides, so that a good one is
  // not refused.
  const newest = versions.toSorted((one, other) => (isAtLeast(one, other) ? -1 : 1))[0]
  if (newest !== undefined) refuseOldPeer(peer, newest)
}

function lifecycleChecks(lifecycle: Lifecycle): Readonly<Record<string, PeerCheck>> {
  const isReady = followReadiness(lifecycle)
  const check = (name: string, passes: () => boolean): PeerCheck => {
    return async () => {
      // Resolves to nothing: with `verbatim`, terminus would show the value in the responses of all other
      // checks.
      if (!passes())
        throw new HealthCheckError(`${name} failed: ${lifecycle.state}`, { lifecycle: lifecycle.state })
    }
  }
  const { livenessFailsOnShutdown } = lifecycle.options
  const state = stateOf(lifecycle)
  return {
    '/health/liveness': check('liveness', () => !(livenessFailsOnShutdown && state.isShuttingDown)),
    '/health/readiness': check('readiness', isReady),
    '/health/startup': check('start-up', () => lifecycle.state !== 'starting'),
  }
}

/** Follows readiness by events: the state's name does not tell whether `readinessFailDelayMs` is over. */
function followReadiness(lifecycle: Lifecycle): () => boolean {
  let ready = lifecycle.state === 'ready'
  for (const name of ['startupCompleted', 'becameReady', 'becameUnready'] as const) {
    lifecycle.on(name, (event) => (ready = event.state === 'ready'))
  }
  for (const name of ['readinessFailed', 'exitForced'] as const) lifecycle.on(name, () => (ready = false))
  return () => ready && lifecycle.state !== 'stopped'
}

/** terminus' own state never changes here, because terminus gets no signal. */
function withState(lifecycle: Lifecycle, checks: HealthCheckMap): HealthCheckMap {
  const state = stateOf(lifecycle)
  const entries = Object.entries(checks).map(([path, check]) => [
    path,
    typeof check === 'function' ? async () => check({ state }) : check,
  ])
  return Object.fromEntries(entries) as HealthCheckMap
}
