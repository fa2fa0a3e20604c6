import { constants } from 'node:os'
import type { EventName, LifecycleEvent } from '../core/event.ts'
import type { SignalName } from '../core/options.ts'
import type { UncaughtKind } from '../core/report.ts'
import type { Clock } from '../node/host/clock.ts'
import type { Host } from '../node/host/host.ts'
import { defaultPolicy, type HostPolicy } from '../node/host/policy.ts'
import type { HostProcess } from '../node/host/process.ts'
import { EventGate } from './interception.ts'

/** The environment of a lifecycle under test: a manual clock, and a process that only records. */
export class TestHost implements Host {
  readonly process: TestProcess = new TestProcess()
  readonly clock: TestClock = new TestClock()
  readonly policy: HostPolicy = {
    ...defaultPolicy,
    intercept: (event, proceed) => this.#intercept(event, proceed),
  }
  readonly #gates: EventGate[] = []

  /** Holds the next event of this name until the interception is released. */
  interceptEvent(name: EventName): EventGate {
    const gate = new EventGate(name)
    this.#gates.push(gate)
    return gate
  }

  /** Releases every interception. */
  releaseAll(): void {
    for (const gate of this.#gates) gate.release()
  }

  #intercept(event: LifecycleEvent, proceed: () => void): boolean {
    const gate = this.#gates.find((candidate) => candidate.waitsFor(event.type))
    gate?.hold(event, proceed)
    return gate !== undefined
  }
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that only moves when a test advances it. */
export class TestClock implements Clock {
  readonly #timers = new Set<Timer>()
  #now = performance.timeOrigin + performance.now()

  now(): number {
    return this.#now
  }

  startTimer(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback }
    this.#timers.add(timer)
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) }
  }

  /** Advances the clock and runs due timers, in order. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (let timer = this.#next(until); timer; timer = this.#next(until)) {
      this.#now = timer.at
      this.#timers.delete(timer)
      timer.callback()
    }
    this.#now = until
  }

  /** Milliseconds until each active timer. */
  get timers(): readonly number[] {
    return [...this.#timers].map((timer) => Math.round(timer.at - this.#now))
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers].filter((timer) => timer.at <= until).toSorted((a, b) => a.at - b.at)[0]
  }
}

/** A process whose signals are sent by the test, and whose exits are only recorded. */
export class TestProcess implements HostProcess {
  env: Record<string, string> = {}
  /** Codes of the requested exits. */
  readonly exits: number[] = []
  /** Codes that were suggested for a process that ends by itself. */
  readonly suggested: number[] = []
  /** Whether stderr is a terminal. */
  isTerminal = false
  /** Lines written to stderr. */
  readonly lines: string[] = []
  /** Files that exist, with their content. */
  readonly files: Map<string, string> = new Map()
  /** Listeners for uncaught errors; empty unless a shutdown runs. */
  readonly uncaught: Set<(error: unknown, kind: UncaughtKind) => void> = new Set()
  readonly foreignExits: Set<(code: number, stack: string | null) => number> = new Set()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #exited = Promise.withResolvers<number>()

  /** Resolves to the code of the first exit. */
  get exited(): Promise<number> {
    return this.#exited.promise
  }

  onSignal(signal: SignalName, listener: () => void): Disposable {
    const listeners = this.#listeners.get(signal) ?? new Set()
    this.#listeners.set(signal, listeners.add(listener))
    return { [Symbol.dispose]: () => void listeners.delete(listener) }
  }

  forcedExitCode(signal: SignalName): number {
    return 128 + constants.signals[signal as NodeJS.Signals]
  }

  onUncaught(listener: (error: unknown, kind: UncaughtKind) => void): Disposable {
    this.uncaught.add(listener)
    return { [Symbol.dispose]: () => void this.uncaught.delete(listener) }
  }

  onForeignExit(listener: (code: number, stack: string | null) => number): Disposable {
    this.foreignExits.add(listener)
    return { [Symbol.dispose]: () => void this.foreignExits.delete(listener) }
  }

  async exit(code: number): Promise<void> {
    this.exits.push(code)
    this.#exited.resolve(code)
  }

  suggestExitCode(code: number): void {
    this.suggested.push(code)
  }

  writeError(line: string): void {
    this.lines.push(line)
  }

  overwrite(path: string, text: string): boolean {
    if (!this.files.has(path)) return false
    this.files.set(path, text)
    return true
  }

  /** Sends a signal. Returns whether there was a listener. */
  send(signal: SignalName): boolean {
    const listeners = [...(this.#listeners.get(signal) ?? [])]
    for (const listener of listeners) listener()
    return listeners.length > 0
  }

  /** Signals that have a listener. */
  get signals(): readonly string[] {
    return [...this.#listeners].filter(([, listeners]) => listeners.size > 0).map(([signal]) => signal)
  }
}
