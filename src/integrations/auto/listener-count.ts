import type { SignalName } from '../../core/options.ts'

/** Makes `process.listenerCount(signal)` return this number during one call. */
export function pretendCount<T>(signal: SignalName, count: number, call: () => T): T {
  const before = Object.getOwnPropertyDescriptor(process, 'listenerCount')
  const real = process.listenerCount
  const value = (...args: Parameters<typeof real>): number =>
    args[0] === signal ? count : Reflect.apply(real, process, args)
  Object.defineProperty(process, 'listenerCount', { value, writable: true, configurable: true })
  try {
    return call()
  } finally {
    if (before) Object.defineProperty(process, 'listenerCount', before)
    else Reflect.deleteProperty(process, 'listenerCount')
  }
}
