import { constants } from 'node:os'
import { describeSum } from '../../core/budget.ts'
import { MAX_DURATION_MS } from '../../core/defaults.ts'
import { type ResolvedOptions, resolveOptions, type SignalName } from '../../core/options.ts'
import { LastcallError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { signalProblem } from '../../core/signal-names.ts'
import type { Clock } from '../../node/host/clock.ts'
import type { Host } from '../../node/host/host.ts'
import { createLifecycle } from '../../node/lifecycle/create-lifecycle.ts'
import { limited } from '../../node/guard/limit.ts'
import { guardedLogger, stderrLogger } from '../../node/host/stderr-logger.ts'
import type { Lifecycle, ServableServer } from '../../node/types.ts'
import { dieOf } from './die-of.ts'
import { GroupHost, OPEN_DELAY_MS } from './group-host.ts'
import { interceptHealthRoutes } from './health-routes.ts'
import { readSettings, type Settings } from './settings.ts'
import { stateOf } from './terminus-state.ts'
import type { TerminusOptions, TerminusState } from './types.ts'

interface Member {
  readonly name: string
  readonly settings: Settings
  readonly times: ResolvedOptions
}

/**
 * All servers that were passed to `createTerminus()`: they share one lifecycle, one shutdown and one exit.
 */
export class TerminusGroup {
  readonly #env: Host['process']['env']
  readonly #clock: Clock
  readonly #host: GroupHost
  readonly #lifecycle: Lifecycle
  readonly #logger: Logger
  readonly #members: Member[] = []
  readonly #state: TerminusState
  /** Latest end of the hooks' time, once the drain has begun. */
  #hooksEndAt = 0

  constructor(base: Host, die: (signal: SignalName) => void = dieOf) {
    const { env } = base.process
    this.#env = env
    this.#clock = base.clock
    this.#host = new GroupHost(base, {
      state: () => this.#lifecycle.state,
      delay: () => this.#delay(),
      drainMs: () => this.#drainMs(),
      shutdownMs: () =>
        this.#longest('shutdownDelayMs') + this.#longest('drainTimeoutMs') + this.#longest('hooksTimeoutMs'),
      hooksMs: (ms) => Math.max(ms, this.#hooksEndAt - base.clock.now()),
      useExit0: () => this.#members.some(({ settings }) => settings.useExit0),
      dieOf: die,
    })
    this.#logger = guardedLogger(stderrLogger(base))
    const wantsProbes = /^\d+$/.test(env['LASTCALL_PROBE_PORT'] ?? '')
    this.#lifecycle = createLifecycle(
      {
        shutdownDelayMs: OPEN_DELAY_MS,
        drainTimeoutMs: MAX_DURATION_MS,
        // All signals that can begin a shutdown. The servers decide later which of them do.
        signals: (Object.keys(constants.signals) as SignalName[]).filter((name) => !signalProblem(name)),
        // terminus opens no extra port, so this opens none unless a variable asks for it.
        ...(!wantsProbes && { probePort: false }),
        logger: withoutTimes(this.#logger),
      },
      this.#host,
    )
    this.#state = stateOf(this.#lifecycle)
    this.#lifecycle.on('shutdownInitiated', () => this.#onShutdown())
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS`, `LASTCALL_NOT_A_SERVER`, `LASTCALL_SERVER_TAKEN` */
  add<T extends ServableServer>(server: T, options: TerminusOptions): T {
    const settings = readSettings(options)
    const times = this.#resolveTimes(settings)
    this.#lifecycle.serve(server)
    const index = this.#members.length + 1
    this.#members.push({ name: index === 1 ? '' : ` of server-${index}`, settings, times })
    this.#logTimes()
    interceptHealthRoutes(server, settings.health, this.#state)
    if (index === 1) this.#start(server)
    for (const signal of times.signals) this.#host.process.arm(signal)
    // One listening server can already get requests, whatever happens to the others.
    if (server.listening) this.#lifecycle.ready()
    else server.once('listening', () => this.#lifecycle.ready())
    return server
  }

  #start(server: ServableServer): void {
    this.#lifecycle.start().catch((error: unknown) => server.emit('error', error))
  }

  #resolveTimes({ timeoutMs, signals }: Settings): ResolvedOptions {
    const drainTimeoutMs = timeoutMs === undefined ? undefined : Math.min(timeoutMs, MAX_DURATION_MS)
    const asked = { drainTimeoutMs, signals: signals as SignalName[] }
    const { options, notices } = resolveOptions(asked, this.#env)
    for (const { message, ...details } of notices) {
      if (details.option !== undefined) this.#logger.warn(details, message)
    }
    return options
  }

  #longest(name: 'preStopMs' | 'shutdownDelayMs' | 'drainTimeoutMs' | 'hooksTimeoutMs'): number {
    return this.#members.reduce((longest, { times }) => Math.max(longest, times[name]), 0)
  }

  /**
   * Logs the times that the lifecycle usually logs at its start. Logs them again for every server, because
   * each one may make them longer.
   */
  #logTimes(): void {
    const times = {
      preStopMs: this.#longest('preStopMs'),
      shutdownDelayMs: this.#longest('shutdownDelayMs'),
      drainTimeoutMs: this.#longest('drainTimeoutMs'),
      hooksTimeoutMs: this.#longest('hooksTimeoutMs'),
    }
    const before = this.#members.some(({ settings }) => settings.beforeShutdown)
      ? ', or with beforeShutdown longer'
      : ''
    this.#logger.info(times, `lastcall: started; a shutdown takes at most ${describeSum(times)}${before}`)
  }

  #onShutdown(): void {
    // A different second signal would otherwise end the process in the middle of its last requests.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) this.#host.process.arm(signal)
    // Hooks run in reverse order of registration. So this registers them backwards: first every onSignal
    // runs, then every onShutdown, in the order of the calls.
    for (const name of ['onShutdown', 'onSignal'] as const) {
      for (const member of this.#members.toReversed()) this.#addHook(name, member)
    }
  }

  #addHook(name: 'onShutdown' | 'onSignal', { name: of, settings }: Member): void {
    const hook = settings[name]
    if (!hook) return
    this.#lifecycle.onStop(`${name}${of}`, async () => {
      try {
        await hook()
      } catch (error) {
        settings.log('error happened during shutdown', error)
        throw error
      }
    })
  }

  /** Waits for the shutdown delay and, in parallel, for every server's `beforeShutdown`. */
  async #delay(): Promise<void> {
    const delay = new Promise<void>((resolve) =>
      this.#clock.startTimer(this.#longest('shutdownDelayMs'), resolve),
    )
    await Promise.all([delay, ...this.#members.map((member) => this.#runBeforeShutdown(member))])
  }

  async #runBeforeShutdown({ name, settings, times }: Member): Promise<void> {
    const { beforeShutdown, log } = settings
    if (!beforeShutdown) return
    const outcome = await limited(() => beforeShutdown(), beforeShutdownLimitMs(times))
    if (outcome.type === 'finished') return
    const error = outcome.type === 'failed' ? outcome.error : tooLong(outcome.ms)
    log('error happened during shutdown', error)
    // A failure counts as a failed hook in the report and the exit code. Requests in flight still finish.
    this.#lifecycle.onStop(`beforeShutdown${name}`, () => Promise.reject(error))
  }

  #drainMs(): number {
    const drainMs = this.#longest('drainTimeoutMs')
    // The hooks may use the time that the drain leaves: terminus sets them no limit, and the grace period
    // covers both.
    this.#hooksEndAt = this.#clock.now() + drainMs + this.#lifecycle.options.hooksTimeoutMs
    return drainMs
  }
}

/**
 * terminus waits for `beforeShutdown` forever, but the kubelet does not. Without a known grace period there
 * is no limit to compute.
 */
function beforeShutdownLimitMs(times: ResolvedOptions): number {
  const { gracePeriodMs, preStopMs, drainTimeoutMs, hooksTimeoutMs } = times
  return gracePeriodMs === undefined
    ? MAX_DURATION_MS
    : gracePeriodMs - preStopMs - drainTimeoutMs - hooksTimeoutMs
}

function tooLong(ms: number): LastcallError {
  return new LastcallError('LASTCALL_TIMEOUT', [
    `beforeShutdown did not finish within ${ms} ms, the time that LASTCALL_GRACE_PERIOD leaves for it; ` +
      'make it shorter or the grace period longer',
  ])
}

/** Hides the lifecycle's own message about its times: it does not know the real ones. */
function withoutTimes(logger: Logger): Logger {
  return {
    ...logger,
    info: (details, message) => {
      if (!('shutdownDelayMs' in details)) logger.info(details, message)
    },
  }
}
