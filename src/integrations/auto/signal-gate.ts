import type { SignalName } from '../../core/options.ts'
import { pretendCount } from './listener-count.ts'

type Emit = (event: string | symbol, ...args: readonly unknown[]) => boolean

/**
 * Decides about a signal: returns true if the shutdown uses it, false if the application's own handlers get
 * it now, as without lastcall.
 */
export type SignalTaker = (signal: SignalName) => boolean

const nobody = (): void => {}

/**
 * How long nothing must happen before a handler is removed. Milliseconds. Removing it at once could lose a
 * signal that libuv has caught and not reported yet (`uv_signal_stop`).
 */
const REST_AFTER_MS = 100

/**
 * Stands between the process's signals and the application's handlers. The handlers stay where they are:
 * `process.on`, `once`, `removeListener`, `listeners` and `listenerCount` are Node's own and return true
 * values. Only `process.emit` is replaced, because Node calls it with a signal.
 */
export class SignalGate {
  readonly #signals: readonly SignalName[]
  readonly #take: SignalTaker
  // Kept as a method of the process object: other packages replace `process.emit` as well, and call the
  // previous one.
  readonly #emit: Emit = process.emit as Emit
  #armed = false
  #holds = 0
  #resting: NodeJS.Timeout | undefined

  constructor(signals: readonly SignalName[], take: SignalTaker) {
    this.#signals = signals
    this.#take = take
  }

  /** Begins to watch signals. The process still reacts only to signals that have a listener. */
  install(): void {
    const passOn = (target: unknown, args: readonly unknown[]): boolean =>
      this.#passOn(target, args as Parameters<Emit>)
    const emit = function emit(this: unknown, ...args: readonly unknown[]): boolean {
      return passOn(this, args)
    }
    Object.defineProperty(process, 'emit', { value: emit, writable: true, configurable: true })
    for (const signal of this.#signals) {
      // For a signal with an earlier listener (of another --import), Node has already bound the old `emit`.
      if (process.listenerCount(signal) > 0) this.#unwatch(signal)
      if (process.listenerCount(signal) > 0) this.#watch(signal)
    }
  }

  /** Makes the process react to the signals even if the application does not listen to them. */
  arm(): void {
    this.#armed = true
    for (const signal of this.#signals) this.#watch(signal)
  }

  /**
   * Restores the default action of signals that the application does not listen to, unless a hold is active.
   */
  disarm(): void {
    this.#armed = false
    this.#rest()
  }

  /** Like {@link arm}, until it is disposed of. */
  hold(): Disposable {
    this.#holds++
    for (const signal of this.#signals) this.#watch(signal)
    return {
      [Symbol.dispose]: () => {
        this.#holds--
        this.#rest()
      },
    }
  }

  get isHeld(): boolean {
    return this.#holds > 0
  }

  get #isInUse(): boolean {
    return this.#armed || this.isHeld
  }

  #rest(): void {
    if (this.#isInUse) return
    clearTimeout(this.#resting)
    this.#resting = setTimeout(() => {
      this.#resting = undefined
      if (!this.#isInUse) for (const signal of this.#signals) this.#unwatchUnused(signal)
    }, REST_AFTER_MS).unref()
  }

  #passOn(target: unknown, args: Parameters<Emit>): boolean {
    const [event, subject] = args
    if (this.#isOurs(event)) {
      if (this.#take(event)) return true
      if (this.#resting && !this.#isInUse && process.listenerCount(event) === 0) {
        this.#unwatch(event)
        return process.kill(process.pid, event)
      }
    }
    // Node restores a signal's default action when its last listener is removed. While the gate is armed or
    // held, this makes Node count one more listener.
    if (event === 'removeListener' && this.#isInUse && this.#isOurs(subject)) {
      return pretendCount(subject, 1, () => Reflect.apply(this.#emit, target, args))
    }
    return Reflect.apply(this.#emit, target, args)
  }

  #isOurs(event: unknown): event is SignalName {
    return (this.#signals as readonly unknown[]).includes(event)
  }

  // Node installs and removes its signal handler when `process` emits 'newListener' and 'removeListener'
  // (lib/internal/bootstrap/switches/is_main_thread.js, 22 to 26). Emitting these events works without a real
  // listener, which other packages would count: signal-exit, for one, ends the process only when no other
  // listener exists.
  #watch(signal: SignalName): void {
    Reflect.apply(this.#emit, process, ['newListener', signal, nobody])
  }

  #unwatchUnused(signal: SignalName): void {
    if (process.listenerCount(signal) === 0) this.#unwatch(signal)
  }

  #unwatch(signal: SignalName): void {
    pretendCount(signal, 0, () => Reflect.apply(this.#emit, process, ['removeListener', signal, nobody]))
  }
}
