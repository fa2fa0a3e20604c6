import { catchRejection } from './rejection.ts'

type Listener = (this: unknown, event: Event) => unknown

/**
 * Makes the listeners of an abort signal harmless. Node turns an error that a listener throws, or rejects
 * with, into an uncaught exception, which would end the process in the middle of its last requests (Node.js
 * docs, "EventTarget error handling").
 * @returns the signal
 */
export function guardSignal(signal: AbortSignal, onError: (error: unknown) => void): AbortSignal {
  // Keyed by listener, so that it can be removed again; entries live only as long as the listener.
  const guards = new WeakMap<object, Listener>()
  const guard = (listener: unknown): unknown => {
    if (listener === null || (typeof listener !== 'function' && typeof listener !== 'object')) return listener
    const guarded = guards.get(listener) ?? guardListener(listener, onError)
    guards.set(listener, guarded)
    return guarded
  }
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (type: string, listener: unknown, options?: unknown) => {
    Reflect.apply(addEventListener, signal, [type, guard(listener), options])
  }
  signal.removeEventListener = (type: string, listener: unknown, options?: unknown) => {
    Reflect.apply(removeEventListener, signal, [type, guard(listener), options])
  }
  return signal
}

function guardListener(listener: object, onError: (error: unknown) => void): Listener {
  return function guardedListener(this: unknown, event: Event): void {
    try {
      const result: unknown =
        typeof listener === 'function'
          ? Reflect.apply(listener, this, [event])
          : (listener as { handleEvent(event: Event): unknown }).handleEvent(event)
      catchRejection(result, onError)
    } catch (error) {
      onError(error)
    }
  }
}
