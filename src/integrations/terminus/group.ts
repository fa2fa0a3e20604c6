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

/** All servers that `createTerminus()` was called for: one lifecycle, one shutdown, one exit. */
export class TerminusGroup {
  readonly #env: Host['process']['env']
  readonly #clock: Clock
  readonly #host: GroupHost
  readonly #lifecycle: Lifecycle
  readonly #logger: Logger
  readonly #members: Member[] = []
  readonly #state: TerminusState
  /** When the hooks' time is over at the latest, once the drain has begun. */
  #hooksEndAt = 0

  constructor(base: Host, die: (signal: SignalName) => void = dieOf) {
    const { env } = base.process
    this.#env = env
    this.#clock = base.clock
    this.#host = new GroupHost(base, {
      state: () => this.#lifecycle.state,
      delay: () => this.#delay(),
      drainMs: () => this.#drainMs(),
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
        // All that can begin a shutdown; which of them do is known when the servers are.
        signals: (Object.keys(constants.signals) as SignalName[]).filter((name) => !signalProblem(name)),
        // terminus opens no port, so this does not either, unless somebody wants it.
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
    // One server that listens is somebody who can be sent traffic, whatever becomes of the others.
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
   * What the lifecycle says of its times at the start, with those that count: again with every server, as
   * each may make them longer.
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
    // The last hook that is registered is the first to run; these run in the order of the calls, first every
    // onSignal, then every onShutdown.
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

  /**
   * The shutdown delay, and whatever the servers want to do before they stop; one does not wait for the
   * other.
   */
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
    // In the report and in the exit code it counts as a hook; what is in flight is finished all the same.
    this.#lifecycle.onStop(`beforeShutdown${name}`, () => Promise.reject(error))
  }

  #drainMs(): number {
    const drainMs = this.#longest('drainTimeoutMs')
    // What the drain leaves of its time the hooks may have: terminus sets them no limit, and they are within
    // the same grace period.
    this.#hooksEndAt = this.#clock.now() + drainMs + this.#lifecycle.options.hooksTimeoutMs
    return drainMs
  }
}

/**
 * terminus waits for it for ever, which the kubelet does not; without a known grace period there is nothing
 * to measure it by.
 */
function beforeShutdownLimitMs(times: ResolvedOptions): number {
  const { gracePeriodMs, preStopMs, drainTimeoutMs, hooksTimeoutMs } = times
  return gracePeriodMs === undefined
    ? MAX_DURATION_MS
    : gracePeriodMs - preStopMs - drainTimeoutMs - hooksTimeoutMs
}

function tooLong(ms: number): LastcallError {
  return new LastcallError('LASTCALL_TIMEOUT', [
    `beforeShutdown was not through after ${ms} ms, which is what LASTCALL_GRACE_PERIOD leaves for it; make it shorter or the grace period longer`,
  ])
}

/** The lifecycle does not know its own times; what it says of them at its start would be wrong. */
function withoutTimes(logger: Logger): Logger {
  return {
    ...logger,
    info: (details, message) => {
      if (!('shutdownDelayMs' in details)) logger.info(details, message)
    },
  }
}
