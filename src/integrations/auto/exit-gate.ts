import { constants } from 'node:os'
import type { SignalName } from '../../core/options.ts'

type Exit = (code?: number | string | null) => never
type Exits = { exit: Exit; reallyExit: Exit; kill: typeof process.kill }

/**
 * Delays the exits that the application's handlers ask for: `process.exit()`, `process.reallyExit()`, and the
 * signal that a handler sends to its own process at its end (NestJS, terminus). Installed only for the end of
 * a shutdown; at any other time these are Node's own functions.
 */
export class ExitGate {
  readonly #signals: readonly SignalName[]
  readonly #process: Exits = process as unknown as Exits
  #native: Exits | null = null
  #finalCode: number | null = null
  #onExit: (() => void) | null = null

  constructor(signals: readonly SignalName[]) {
    this.#signals = signals
  }

  /**
   * From now on an exit sets `process.exitCode` and calls back, once. Only the first exit counts, as without
   * lastcall.
   */
  hold(onExit: () => void): void {
    const { exit, reallyExit, kill } = this.#process
    this.#native = { exit, reallyExit, kill }
    this.#onExit = onExit
    this.#process.exit = this.#held('exit')
    this.#process.reallyExit = this.#held('reallyExit')
    this.#process.kill = (pid, signal) =>
      pid === process.pid && this.#isOurs(signal) && this.#finalCode === null
        ? (this.#tell(), true)
        : Reflect.apply(kill, process, [pid, signal])
  }

  /** Lets the next exit through with this code, also when the application calls it. */
  finish(code: number): void {
    this.#finalCode = code
  }

  #held(name: 'exit' | 'reallyExit'): Exit {
    const hold = (args: readonly unknown[]): void => {
      if (this.#finalCode !== null) {
        const code = name === 'exit' ? this.#finalCode : (args[0] ?? this.#finalCode)
        Reflect.apply(this.#native?.[name] as Exit, process, [code])
      }
      if (this.#onExit === null) return
      // Node validates the value here and throws the same error as `process.exit()`.
      if (args.length > 0) process.exitCode = args[0] as number
      this.#tell()
    }
    return ((...args: readonly unknown[]) => hold(args)) as Exit
  }

  #tell(): void {
    const onExit = this.#onExit
    this.#onExit = null
    onExit?.()
  }

  #isOurs(signal: string | number | undefined): boolean {
    const numbers = constants.signals as Readonly<Record<string, number>>
    return this.#signals.some((own) => own === (signal ?? 'SIGTERM') || numbers[own] === signal)
  }
}
