import type { EventName } from '../../core/event.ts'
import type { Logger } from '../../core/logger.ts'
import type { ResolvedOptions, SignalName } from '../../core/options.ts'
import type { Report } from '../../core/report.ts'
import type { StateName } from '../../core/state.ts'
import { Checks } from '../probes/checks.ts'
import { announceStart, refuseStart } from './announce-start.ts'
import { Hooks } from './hooks.ts'
import type { Host } from '../host/host.ts'
import { errorText } from '../guard/limit.ts'
import { ProbeServer } from '../probes/probe-server.ts'
import { refuseNoPromise, refuseTaken, refuseUnusable } from '../guard/refuse.ts'
import { type AnyResponse, ResponseSignals } from '../streams/response-signals.ts'
import { ServerRegistry } from '../drain/servers/server-registry.ts'
import { Servers } from '../drain/servers/servers.ts'
import { joinSupervisor } from './join-supervisor.ts'
import { SignalHooks } from './signal-hooks.ts'
import { installSignals } from './signals.ts'
import { ShutdownRun } from './shutdown-run.ts'
import { servesElsewhere } from './serves-elsewhere.ts'
import { supervised } from '../supervised/supervised.ts'
import { Work } from './work.ts'
import type * as types from '../types.ts'
import type { Hold, WorkerStop } from '../work-types.ts'

/** See `createLifecycle`. Checks the arguments and passes them to the parts. */
export class NodeLifecycle implements types.Lifecycle {
  readonly options: ResolvedOptions
  readonly #host: Host
  readonly #logger: Logger
  readonly #checks: Checks
  readonly #hooks = new Hooks()
  readonly #work: Work
  readonly #servers: Servers
  readonly #registry: ServerRegistry
  readonly #probes: ProbeServer
  readonly #run: ShutdownRun
  readonly #signals: ResponseSignals
  readonly #signalHooks: SignalHooks
  #started = false
  #wantsProbes: boolean
  #probeAddress: { host: string; port: number } | null = null

  /** @param alwaysDelays whether the shutdown delay applies even without a server */
  constructor(options: ResolvedOptions, host: Host, logger: Logger, alwaysDelays: boolean) {
    this.options = options
    // Two generations would want the same port. The supervisor answers probes itself.
    this.#wantsProbes = options.probePort !== false && supervised() === null
    this.#host = host
    this.#logger = logger
    this.#checks = new Checks(options.checkTimeoutMs, logger)
    this.#probes = new ProbeServer({
      state: () => this.#run.machine.state,
      checks: this.#checks,
      livenessFailsOnShutdown: options.livenessFailsOnShutdown,
      logger,
    })
    this.#servers = new Servers(options.drainTimeoutMs)
    this.#registry = new ServerRegistry(this.#servers, options, {
      onLateRequest: () => this.#run.countLateRequest(),
      onChange: () => this.#completeStartup(),
      yieldsServers: host.policy.yieldsServers,
      logger,
    })
    this.#work = new Work((error, details) =>
      logger.error({ ...details, error: errorText(error) }, 'lastcall: work failed'),
    )
    this.#run = new ShutdownRun(options, host, logger, {
      servers: this.#servers,
      hooks: this.#hooks,
      work: this.#work,
      probes: this.#probes,
      alwaysDelays,
      servesAny: () => this.#servesAny(),
    })
    this.#signals = new ResponseSignals(this.#run.signal, (error) =>
      logger.error({ error: errorText(error) }, 'lastcall: an abort listener failed'),
    )
    this.#signalHooks = new SignalHooks(options.hooksTimeoutMs, logger)
  }

  get state(): StateName {
    return this.#run.machine.state.name
  }

  get signal(): AbortSignal {
    return this.#run.signal
  }

  get deadlineSignal(): AbortSignal {
    return this.#work.deadlineSignal
  }

  signalFor(response: AnyResponse): AbortSignal {
    return this.#signals.of(response)
  }

  get probeAddress(): { readonly host: string; readonly port: number } | null {
    return this.#probeAddress
  }

  serve<T extends types.ServableServer>(server: T, options: types.ServeOptions = {}): T {
    this.#registry.serve(server, options)
    return server
  }

  onStop(name: string, hook: types.StopHook, options: types.HookOptions = {}): Disposable {
    refuseUnusable('onStop', { name, run: hook, timeoutMs: options.timeoutMs })
    refuseTaken('onStop', name, this.#hooks.has(name))
    return this.#hooks.add(name, hook, options.timeoutMs)
  }

  check(name: string, check: types.Check, options: types.CheckOptions = {}): Disposable {
    refuseUnusable('check', { name, run: check, timeoutMs: options.timeoutMs })
    refuseTaken('check', name, this.#checks.has(name))
    return this.#checks.add(name, check, options)
  }

  endpoint(path: string, answer: () => types.EndpointAnswer | Promise<types.EndpointAnswer>): Disposable {
    refuseUnusable('endpoint', { name: path, run: answer })
    refuseTaken('endpoint', path, this.#probes.hasEndpoint(path))
    return this.#probes.addEndpoint(path, answer)
  }

  worker(name: string, stop: WorkerStop): Disposable {
    refuseUnusable('worker', { name, run: stop })
    refuseTaken('worker', name, this.#work.hasWorker(name))
    return this.#work.addWorker(name, stop)
  }

  onSignal(signal: SignalName, when: 'before' | 'after', hook: () => unknown): Disposable {
    return this.#signalHooks.add(signal, when, hook)
  }

  hold(label: string, until?: PromiseLike<unknown>): Hold {
    refuseUnusable('hold', { name: label })
    refuseNoPromise('hold', until)
    return this.#work.hold(label, until)
  }

  ready(): void {
    this.#run.machine.dispatch({ type: 'becameReady' })
    if (this.#started) this.#run.machine.dispatch({ type: 'startupCompleted' })
  }

  unready(reason: string): void {
    this.#run.machine.dispatch({ type: 'becameUnready', reason: errorText(reason) })
  }

  async start(): Promise<void> {
    refuseStart(this.state, this.#started)
    this.#started = true
    announceStart(this.options, this.#host, this.#logger)
    this.#run.useSignals(installSignals(this.#host, this.options.signals, this.#run))
    const here = supervised()
    if (here) {
      joinSupervisor(here, {
        lifecycle: this,
        host: this.#host,
        logger: this.#logger,
        run: this.#run,
        checks: this.#checks,
        hooks: this.#signalHooks,
      })
    }
    const { probePort, probeHost } = this.options
    if (this.#wantsProbes && probePort !== false) await this.#openProbes(probePort, probeHost)
    this.#completeStartup()
  }

  shutdown(reason = 'shutdown() was called'): Promise<Report> {
    return this.#run.begin(reason)
  }

  on(event: EventName, listener: (event: types.ObservedEvent) => void): Disposable {
    return this.#run.machine.on(event, listener)
  }

  once(event: EventName): Promise<types.ObservedEvent> {
    return this.#run.machine.once(event)
  }

  snapshot(): types.Snapshot {
    return this.#run.snapshot()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown('disposed of')
  }

  /** A server that `serve()` cannot take, such as gRPC's, has clients as well. */
  #servesAny(): boolean {
    const listening = this.#host.process.listeningServers?.() ?? 0
    const own = this.#probeAddress === null ? 0 : 1
    return !this.#servers.isEmpty || servesElsewhere.has(this) || listening > own
  }

  async #openProbes(port: number, host: string): Promise<void> {
    try {
      this.#probeAddress = await this.#probes.listen(port, host)
    } catch (error) {
      if (this.#host.policy.canDoWithoutProbes(error)) {
        this.#wantsProbes = false
        return
      }
      this.#run.useSignals(null)
      this.#started = false
      throw error
    }
    // The signal may have come while the port was being opened, and the shutdown may already be over.
    if (this.state === 'stopped') await this.#probes.close()
  }

  #completeStartup(): void {
    const probesUp = !this.#wantsProbes || this.#probeAddress !== null
    if (this.#started && probesUp && this.#servers.allListen())
      this.#run.machine.dispatch({ type: 'startupCompleted' })
  }
}
