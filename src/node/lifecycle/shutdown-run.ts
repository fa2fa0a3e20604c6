import { budgetEndsAt } from '../../core/budget.ts'
import type { Logger } from '../../core/logger.ts'
import type { ResolvedOptions, SignalName } from '../../core/options.ts'
import { describeEnd, type Report } from '../../core/report.ts'
import { isShuttingDown, shutdownOf } from '../../core/state.ts'
import type { Host } from '../host/host.ts'
import { guardSignal } from '../guard/guarded-signal.ts'
import { flushLogger } from '../host/stderr-logger.ts'
import { errorText } from '../guard/limit.ts'
import { Machine, type OtherEffect } from './machine.ts'
import { ProcessWatch } from './process-watch.ts'
import { Recorder } from './recorder.ts'
import type { SignalListener } from './signals.ts'
import type { ObservedEvent, Snapshot } from '../types.ts'
import type { Parts } from './shutdown-parts.ts'

/** Executes what the machine decides. Only here the order of a shutdown meets the process. */
export class ShutdownRun implements SignalListener {
  readonly machine: Machine
  readonly #options: ResolvedOptions
  readonly #host: Host
  readonly #logger: Logger
  readonly parts: Parts
  readonly #recorder = new Recorder()
  readonly #watch: ProcessWatch
  readonly #drainStarted = new AbortController()
  readonly #finished = Promise.withResolvers<Report>()
  #signals: Disposable | null = null
  #signalledAt: number | null = null
  /** Whether a supervisor has asked for the exit as well. */
  #ordered = false
  #drained = false

  constructor(options: ResolvedOptions, host: Host, logger: Logger, parts: Parts) {
    this.#options = options
    this.#host = host
    this.#logger = logger
    this.parts = parts
    this.#watch = new ProcessWatch(host, logger, this.#recorder, options.terminationLog)
    guardSignal(this.#drainStarted.signal, (error) =>
      logger.error({ error: errorText(error) }, 'lastcall: an abort listener failed'),
    )
    this.machine = new Machine(host, logger, {
      observe: (event) => this.#observe(event),
      execute: (effect) => this.#execute(effect),
    })
  }

  get signal(): AbortSignal {
    return this.#drainStarted.signal
  }

  useSignals(signals: Disposable | null): void {
    this.#signals?.[Symbol.dispose]()
    this.#signals = signals
  }

  /**
   * @param why any value, because an error handler may pass its error
   * @param delayMs least shutdown delay of a process that serves clients
   */
  begin(why: unknown, delayMs = 0): Promise<Report> {
    const { work, alwaysDelays, servesAny } = this.parts
    const inFlight = this.#inFlight() + work.workers
    const waits = alwaysDelays || servesAny()
    const shutdownDelayMs = waits ? Math.max(this.#options.shutdownDelayMs, delayMs) : 0
    const timing = { ...this.#options, shutdownDelayMs }
    if (this.#options.shutdownDelayMs > shutdownDelayMs && !isShuttingDown(this.machine.state.name))
      this.#logger.info({}, 'lastcall: no server listens here, so there is no shutdown delay')
    this.machine.dispatch({ type: 'shutdownInitiated', reason: errorText(why), timing, inFlight })
    return this.#finished.promise
  }

  onFirst(signal: SignalName): void {
    // A signal also asks for the exit when code has begun the shutdown.
    this.#signalledAt = this.#host.clock.now()
    void this.begin(signal)
  }

  /** A shutdown that the supervisor orders: the process exits afterwards, as after a signal. */
  order(reason: string, delayMs: number): void {
    this.#ordered = true
    void this.begin(reason, delayMs)
  }

  onSecond(signal: SignalName): void {
    this.machine.dispatch({ type: 'exitForced', exitCode: this.#host.process.forcedExitCode(signal) })
  }

  countLateRequest(): void {
    this.#recorder.countLate(this.machine.state.name)
  }

  snapshot(): Snapshot {
    const { name } = this.machine.state
    const { servers, work } = this.parts
    return {
      ...this.#recorder.snapshot(name, servers.snapshot(), this.#budgetEndsAt(), this.#host.clock.now()),
      workInFlight: work.count,
      lastNewConnectionAt: servers.lastNewConnectionAt(),
    }
  }

  #budgetEndsAt(): number | null {
    const { state } = this.machine
    const shutdown = shutdownOf(state)
    if (shutdown === null || state.name === 'stopped') return null
    const { gracePeriodMs, preStopMs } = this.#options
    const lastDeadlineAt = shutdown.deadlines.hooksEndAt
    return budgetEndsAt({ signalledAt: this.#signalledAt, gracePeriodMs, preStopMs, lastDeadlineAt })
  }

  #inFlight(): number {
    return this.parts.servers.inFlight() + this.parts.work.count
  }

  #observe(event: ObservedEvent): void {
    const inFlight = this.#inFlight()
    if (event.type === 'shutdownInitiated')
      this.#watch.begin({ inFlight: () => this.#inFlight(), report: (exitCode) => this.#report(exitCode) })
    this.#recorder.record(event, inFlight)
    const details = {
      event: event.type,
      state: event.state,
      inFlight,
      ...('reason' in event && { reason: event.reason }),
    }
    this.#logger.info(details, `lastcall: ${event.type}`)
  }

  #execute(effect: OtherEffect): void {
    switch (effect.type) {
      case 'announceClose':
        this.parts.servers.announceClose()
        return this.parts.work.stopWorkers()
      case 'drainConnections':
        return this.#drain()
      case 'announceDeadline':
        return this.parts.work.announceDeadline()
      case 'forceCloseConnections':
        this.#abort()
        return this.#recorder.addForced([...this.parts.servers.forceClose(), ...this.parts.work.forceClose()])
      case 'runHooks':
        return void this.parts.hooks
          .run()
          .then((failed) => this.machine.dispatch({ type: 'hooksFinished', failed }))
      case 'finish':
        return void this.#finish(effect.exitCode)
    }
  }

  #drain(): void {
    const { servers, work } = this.parts
    const settle = (): void => {
      if (this.#drained && work.count === 0) this.machine.dispatch({ type: 'connectionsDrained' })
    }
    work.onReleased(settle)
    servers.drain({
      onListenersClosed: () => this.#abort(),
      onDrained: () => {
        this.#drained = true
        settle()
      },
    })
  }

  /**
   * Tells streams to end. Clients of event streams reconnect at once, and with an open listener the kernel
   * could give the new connection to this process again. So this runs after the listeners are closed. Workers
   * stop earlier, when the shutdown begins.
   */
  #abort(): void {
    if (!this.#drainStarted.signal.aborted) this.#drainStarted.abort(new Error('The drain has started'))
  }

  #report(decided: number): Report {
    const { servers, hooks, work } = this.parts
    const reason = shutdownOf(this.machine.state)?.reason ?? ''
    // A stop hook may have opened a server or a hold after the drain. Those are force-closed as well, and a
    // forced close is never a clean exit.
    const { forcedCloses, uncaughtErrors } = this.#recorder
    const workers = work.results()
    const failedWorkers = workers.filter(({ outcome }) => outcome === 'failed').length
    const exitCode = decided === 0 && forcedCloses + uncaughtErrors + failedWorkers > 0 ? 1 : decided
    const outcome = { exitCode, reason, now: this.#host.clock.now() }
    return this.#recorder.report(outcome, servers.snapshot(), { hooks: hooks.results(), workers })
  }

  async #finish(decided: number): Promise<void> {
    const { servers, hooks, probes } = this.parts
    const report = this.#report(this.#host.policy.finalExitCode(decided))
    const { exitCode } = report
    hooks.end()
    this.#logger[exitCode === 0 ? 'info' : 'error']({ report }, `lastcall: stopped, ${describeEnd(report)}`)
    this.#watch.publish(report)
    this.#watch.end()
    servers.release()
    try {
      await probes.close()
    } catch (error) {
      this.#logger.error({ error: errorText(error) }, 'lastcall: the probe server did not close')
    }
    this.#finished.resolve(report)
    const { exitAfter } = this.#options
    const isAsked = this.#ordered || this.#signalledAt !== null
    if (exitAfter === 'any' || (exitAfter === 'signal' && isAsked)) {
      await flushLogger(this.#options.logger)
      return this.#host.process.exit(exitCode)
    }
    this.useSignals(null)
    if (exitCode !== 0) this.#host.process.suggestExitCode(exitCode)
  }
}
