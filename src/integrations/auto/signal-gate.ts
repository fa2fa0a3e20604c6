import type { SignalName } from '../../core/options.ts'
import { pretendCount } from './listener-count.ts'

type Emit = (event: string | symbol, ...args: readonly unknown[]) => boolean

/**
 * Decides about a signal: true when it was taken, false when the application's own handlers shall have it
 * now, as without lastcall.
 */
export type SignalTaker = (signal: SignalName) => boolean

const nobody = (): void => {}

/**
 * A signal that libuv has caught and not yet told is lost with its handler (`uv_signal_stop`). So a handler
 * is not taken away in the turn in which something happens, but when nothing has happened for so long.
 * Milliseconds.
 */
const REST_AFTER_MS = 100

/**
 * Stands between the process's signals and the application's handlers, which stay where they are:
 * `process.on`, `once`, `removeListener`, `listeners`, `listenerCount` are Node's own and tell the truth.
 * Only `process.emit` is replaced, which is what Node calls with a signal.
 */
export class SignalGate {
  readonly #signals: readonly SignalName[]
  readonly #take: SignalTaker
  // As a method of the object that it is called on: others replace `process.emit` as well, and call the one
  // before.
  readonly #emit: Emit = process.emit as Emit
  #armed = false
  #holds = 0
  #resting: NodeJS.Timeout | undefined

  constructor(signals: readonly SignalName[], take: SignalTaker) {
    this.#signals = signals
    this.#take = take
  }

  /** Begins to look at signals. The process still reacts to those that have a listener, and to no other. */
  install(): void {
    const passOn = (target: unknown, args: readonly unknown[]): boolean =>
      this.#passOn(target, args as Parameters<Emit>)
    const emit = function emit(this: unknown, ...args: readonly unknown[]): boolean {
      return passOn(this, args)
    }
    Object.defineProperty(process, 'emit', { value: emit, writable: true, configurable: true })
    for (const signal of this.#signals) {
      // Node has bound the `emit` of before to a signal that is listened to already (by another --import).
      if (process.listenerCount(signal) > 0) this.#unwatch(signal)
      if (process.listenerCount(signal) > 0) this.#watch(signal)
    }
  }

  /** The process reacts to the signals, whether the application listens to them or not. */
  arm(): void {
    this.#armed = true
    for (const signal of this.#signals) this.#watch(signal)
  }

  /** A signal that the application does not listen to has its own action again, unless it is held. */
  disarm(): void {
    this.#armed = false
    this.#rest()
  }

  /** The same as {@link arm}, until it is disposed of. */
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
    // Node gives a signal its own action back when its last listener has gone; as long as the gate is armed
    // or held, one is always left.
    if (event === 'removeListener' && this.#isInUse && this.#isOurs(subject)) {
      return pretendCount(subject, 1, () => Reflect.apply(this.#emit, target, args))
    }
    return Reflect.apply(this.#emit, target, args)
  }

  #isOurs(event: unknown): event is SignalName {
    return (this.#signals as readonly unknown[]).includes(event)
  }

  // Node installs and removes its handler for a signal when `process` emits 'newListener' and
  // 'removeListener' (lib/internal/bootstrap/switches/is_main_thread.js, 22 to 26). Emitting them does it
  // without a listener that others would see and count: signal-exit, for one, ends the process only when
  // nobody else listens.
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
