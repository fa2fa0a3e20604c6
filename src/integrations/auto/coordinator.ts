import { Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import type { Server } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { Logger } from '../../core/logger.ts'
import type { SignalName } from '../../core/options.ts'
import { realHost } from '../../node/host/host.ts'
import { errorText } from '../../node/guard/limit.ts'
import { stderrLogger } from '../../node/host/stderr-logger.ts'
import { supervised } from '../../node/supervised/supervised.ts'
import type { Lifecycle } from '../../node/types.ts'
import { AdoptedServers } from './adopted-servers.ts'
import { autoHost } from './auto-host.ts'
import { createAutoLifecycle } from './auto-lifecycle.ts'
import { readAutoSettings } from './auto-settings.ts'
import { coordinateWorkers, hasWorkers } from './cluster-primary.ts'
import { EventStreams } from './event-streams.ts'
import { HandlerTurn } from './handler-turn.ts'
import type { HandedConnections } from './handed-connections.ts'
import { isInternal, type ListenedTo } from './internal-server.ts'
import { OwnProbes } from './own-probes.ts'
import { shutDownEarly } from './shut-down-early.ts'
import type { SignalGate } from './signal-gate.ts'
import { tellRunner } from './signal-listeners.ts'
import { noticeOwnPort, noticeWorkers } from './supervised-notices.ts'

/** What happened before the first server listened. */
export interface Beginnings {
  readonly gate: SignalGate
  readonly handed: HandedConnections
  /**
   * Signal from before anything listened. The shutdown begins as soon as the lifecycle starts, without the
   * application's handlers.
   */
  readonly early: SignalName | null
}

/**
 * Begins to coordinate, with options from the environment.
 * @throws LastcallError `LASTCALL_INVALID_OPTIONS`
 */
export function coordinate(beginnings: Beginnings): Coordinator {
  return new Coordinator(beginnings)
}

/**
 * Gives an unchanged application one lifecycle for all its servers, and runs its signal handlers at the right
 * moment of the shutdown.
 */
export class Coordinator {
  readonly #gate: SignalGate
  readonly #logger: Logger = stderrLogger(realHost())
  readonly #lifecycle: Lifecycle
  readonly #servers = new AdoptedServers()
  readonly #listeners = new Map<SignalName, () => void>()
  readonly #probes = new OwnProbes()
  readonly #streams: EventStreams | null
  readonly #handlers: HandlerTurn
  #started: 'no' | 'soon' | 'yes' = 'no'
  #shuttingDown = false
  #yielded = false

  constructor({ gate, handed, early }: Beginnings) {
    this.#gate = gate
    handed.watch(HttpServer, HttpsServer, TlsServer)
    const settings = readAutoSettings(process.env)
    this.#handlers = new HandlerTurn(settings.handlers, this.#logger, early)
    const host = autoHost({
      awaitsApplication: () => this.#handlers.isAwaited(this.#lifecycle.state),
      onSignal: (signal, listener) => this.#onSignal(signal, listener),
      canDoWithoutProbes: (error) => this.#canDoWithoutProbes(error),
      finalExitCode: (decided) => this.#finalExitCode(decided),
      beforeExit: (code) => this.#handlers.exits.finish(code),
    })
    this.#lifecycle = createAutoLifecycle(host)
    this.#streams = settings.endsEventStreams ? new EventStreams() : null
    this.#lifecycle.signal.addEventListener('abort', () => this.#endStreams())
    this.#handlers.register(this.#lifecycle)
    this.#lifecycle.on('shutdownInitiated', () => this.#onShutdown())
  }

  /** Drains this server in the shutdown. It already has its address, and no connection yet. */
  adopt(server: Server, listenedTo: ListenedTo): void {
    if (this.#yielded || this.#probes.is(server) || isInternal(server, listenedTo)) return
    try {
      this.#lifecycle.serve(server)
    } catch (error) {
      return this.#logger.warn({ error: errorText(error) }, 'lastcall: this server will not be drained')
    }
    this.#servers.add(server, () => this.#standBackIfClosed())
    this.#beginSoon()
  }

  /** Drains the workers that listen for this process. */
  adoptWorkers(): void {
    if (!this.#yielded) this.#beginSoon()
  }

  #beginSoon(): void {
    if (hasWorkers() && this.#servers.noteWorkers()) {
      coordinateWorkers(this.#lifecycle)
      noticeWorkers(this.#logger)
    }
    this.#gate.arm()
    if (this.#started === 'yes') return this.#lifecycle.ready()
    if (this.#started !== 'no') return
    this.#started = 'soon'
    setImmediate(() => this.#startIfServing())
  }

  /** Drains a server that never listens but is handed connections. It serves until the process ends. */
  adoptHanded(server: Server): void {
    if (this.#servers.has(server)) return
    this.#servers.noteHanded()
    this.adopt(server, {})
  }

  /** The application calls listen() on a server. */
  notice(server: Server, listenedTo: ListenedTo): void {
    const port = this.#probes.notice(server, listenedTo)
    if (port === null || this.#yielded) return
    const remedy = 'set LASTCALL_PROBE_PORT to another one'
    this.#logger.warn({ port }, `lastcall: the application listens on the probe port: no probes; ${remedy}`)
  }

  /** Uses a signal for the shutdown, unless there is nothing to shut down. */
  take(signal: SignalName): boolean {
    if (this.#yielded) return false
    if (this.#shuttingDown || this.#servers.isServing()) {
      this.#handlers.note(signal)
      tellRunner(signal, this.#logger)
      // Before the start there is no listener yet. The start reads the noted signal.
      this.#listeners.get(signal)?.()
      return true
    }
    // Nothing listens yet, or nothing listens any more.
    if (process.pid !== 1 || process.listenerCount(signal) > 0) return false
    // The exit of PID 1 would kill its child processes. With children the signal is ignored, as it is without
    // lastcall.
    if (process.getActiveResourcesInfo().includes('ProcessWrap')) return true
    this.#handlers.note(signal)
    void this.#lifecycle.shutdown(signal)
    return true
  }

  /** Leaves everything to the application's own lifecycle. */
  yield(): void {
    if (this.#shuttingDown || this.#yielded) return
    this.#yielded = true
    this.#listeners.clear()
    this.#gate.disarm()
    this.#probes.close()
    supervised()?.leave(this.#lifecycle)
    this.#streams?.[Symbol.dispose]()
  }

  #onSignal(signal: SignalName, listener: () => void): Disposable {
    this.#listeners.set(signal, listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(signal) }
  }

  /**
   * A server that has already closed was only looking for a free port. It needs neither probes nor readiness.
   */
  #startIfServing(): void {
    this.#started = 'no'
    if (!this.#yielded && this.#servers.isServing()) return void this.#start()
    this.#standBackIfClosed()
    const waiting = this.#handlers.takeBack()
    if (waiting !== null) process.kill(process.pid, waiting)
  }

  async #start(): Promise<void> {
    // A process that receives the signal while it starts never becomes ready.
    const { signal } = this.#handlers
    if (signal !== null) return void shutDownEarly(this.#lifecycle, signal)
    this.#started = 'yes'
    noticeOwnPort(this.#servers.listening(), this.#logger)
    try {
      await this.#probes.during(() => this.#lifecycle.start())
    } catch {
      // The application's own lifecycle has taken over, or the shutdown is over. There is nothing to start.
      return
    }
    if (this.#yielded) this.#probes.close()
    else if (this.#servers.isServing()) this.#lifecycle.ready()
  }

  /** A child process inherits the environment, and the probe port in it belongs to its parent. */
  #canDoWithoutProbes(error: unknown): boolean {
    if (this.#shuttingDown || this.#yielded) return false
    this.#logger.warn({ error: errorText(error) }, 'lastcall: continuing without a probe server')
    return true
  }

  #standBackIfClosed(): void {
    if (this.#shuttingDown || this.#yielded || this.#servers.isServing()) return
    if (process.pid !== 1) this.#gate.disarm()
    if (this.#started === 'yes') this.#lifecycle.unready('no server listens')
  }

  #onShutdown(): void {
    this.#shuttingDown = true
    // Without a signal it is an order of the supervisor. The application's handlers know only signals.
    this.#handlers.note('SIGTERM')
    this.#handlers.begin(this.#servers)
  }

  #endStreams(): void {
    const eventStreams = this.#streams?.leave() ?? 0
    if (eventStreams > 0) this.#logger.info({ eventStreams }, 'lastcall: ending event streams')
  }

  /** The application's own exit code counts, unless something was force-closed or the exit is forced. */
  #finalExitCode(decided: number): number {
    const isForced = Object.values(this.#lifecycle.snapshot().forcedCloses).some((count) => count > 0)
    const own = Number(process.exitCode ?? 0)
    return isForced || decided > 1 || own === 0 ? decided : own
  }
}
