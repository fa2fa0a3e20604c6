import { MAX_DURATION_MS } from '../../core/defaults.ts'
import type { Environment } from '../../core/option-rules.ts'
import type { SignalName } from '../../core/options.ts'
import type { StateName } from '../../core/state.ts'
import type { Clock } from '../../node/host/clock.ts'
import type { Host } from '../../node/host/host.ts'
import { defaultPolicy, type HostPolicy } from '../../node/host/policy.ts'
import type { HostProcess } from '../../node/host/process.ts'

/** The shutdown delay of a lifecycle on a {@link GroupHost}. The host decides when it really ends. */
export const OPEN_DELAY_MS: number = MAX_DURATION_MS

/** Values that are decided late, because servers may join until then. */
export interface Terms {
  state(): StateName
  /** Resolves when serving may end. Never rejects. */
  delay(): Promise<unknown>
  drainMs(): number
  /** The longest time that a shutdown takes, as far as it is known. */
  shutdownMs(): number
  /** How long the hooks may still take; `ms` is their guaranteed time. */
  hooksMs(ms: number): number
  useExit0(): boolean
  /** Ends the process by this signal, if possible. */
  dieOf(signal: SignalName): void
}

/**
 * Variables that are read and checked with the options of each server. The lifecycle learns their values when
 * it needs them.
 */
const keptHere: ReadonlySet<string> = new Set([
  'LASTCALL_SHUTDOWN_DELAY',
  'LASTCALL_DRAIN_TIMEOUT',
  'LASTCALL_GRACE_PERIOD',
])

/**
 * The host of the lifecycle of a {@link TerminusGroup}. It applies terminus' rules for signals, times and the
 * exit.
 */
export class GroupHost implements Host {
  readonly process: GroupProcess
  readonly clock: Clock
  readonly policy: HostPolicy

  constructor(base: Host, terms: Terms) {
    this.policy = { ...defaultPolicy, shutdownMs: () => terms.shutdownMs() }
    this.process = new GroupProcess(base.process, terms)
    this.clock = new GroupClock(base.clock, terms)
  }
}

class GroupProcess implements HostProcess {
  readonly env: Environment
  readonly #base: HostProcess
  readonly #terms: Terms
  readonly #listeners = new Map<SignalName, () => void>()
  readonly #armed = new Set<SignalName>()
  #first: SignalName | null = null

  constructor(base: HostProcess, terms: Terms) {
    this.env = Object.fromEntries(Object.entries(base.env).filter(([name]) => !keptHere.has(name)))
    this.#base = base
    this.#terms = terms
  }

  /** Really listens for the signal. The lifecycle asks for all signals, but gets only the armed ones. */
  arm(signal: SignalName): void {
    if (this.#armed.has(signal)) return
    this.#armed.add(signal)
    this.#base.onSignal(signal, () => {
      this.#first ??= signal
      this.#listeners.get(signal)?.()
    })
  }

  onSignal(signal: SignalName, listener: () => void): Disposable {
    this.#listeners.set(signal, listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(signal) }
  }

  async exit(code: number): Promise<void> {
    if (code === 0 && this.#first !== null && !this.#terms.useExit0()) this.#terms.dieOf(this.#first)
    await this.#base.exit(code)
  }

  forcedExitCode(signal: SignalName): number {
    return this.#base.forcedExitCode(signal)
  }

  onUncaught(listener: Parameters<HostProcess['onUncaught']>[0]): Disposable {
    return this.#base.onUncaught(listener)
  }

  onForeignExit(listener: Parameters<HostProcess['onForeignExit']>[0]): Disposable {
    return this.#base.onForeignExit(listener)
  }

  ancestors(): ReturnType<NonNullable<HostProcess['ancestors']>> {
    return this.#base.ancestors?.() ?? []
  }

  listeningServers(): number {
    return this.#base.listeningServers?.() ?? 0
  }

  get isTerminal(): boolean {
    return this.#base.isTerminal === true
  }

  suggestExitCode(code: number): void {
    this.#base.suggestExitCode(code)
  }

  writeError(line: string): void {
    this.#base.writeError(line)
  }

  overwrite(path: string, text: string): boolean {
    return this.#base.overwrite(path, text)
  }
}

class GroupClock implements Clock {
  readonly #base: Clock
  readonly #terms: Terms

  constructor(base: Clock, terms: Terms) {
    this.#base = base
    this.#terms = terms
  }

  now(): number {
    return this.#base.now()
  }

  startTimer(ms: number, callback: () => void): Disposable {
    const state = this.#terms.state()
    if (state === 'delaying' && ms === OPEN_DELAY_MS) return this.#startDelay(callback)
    if (state === 'draining') {
      // Either the drain's own timer, or the deadline notice that fires earlier.
      const drainMs = this.#terms.drainMs()
      const earlierMs = Math.min(MAX_DURATION_MS - ms, drainMs / 2)
      return this.#base.startTimer(drainMs - earlierMs, callback)
    }
    if (state === 'stopping') return this.#base.startTimer(this.#terms.hooksMs(ms), callback)
    return this.#base.startTimer(ms, callback)
  }

  /** Cannot be stopped, and need not be: a delay that ends too late has no effect. */
  #startDelay(callback: () => void): Disposable {
    void this.#terms.delay().then(callback)
    return { [Symbol.dispose]: () => {} }
  }
}
