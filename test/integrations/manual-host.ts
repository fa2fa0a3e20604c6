import type { SignalName } from '../../src/core/options.ts'
import { type Host, realHost } from '../../src/node/host/host.ts'

/** A process around a lifecycle whose signals, timers and exit belong to the test. */
export interface ManualHost extends Host {
  /** Exit codes, in the order in which they were asked for. */
  readonly exits: number[]
  /** The first of them; the logger is flushed before it. */
  readonly exited: Promise<number>
  send(signal: SignalName): void
  /** Lets every running timer of at most this length run out. */
  elapse(ms: number): void
}

export function manualHost(): ManualHost {
  const listeners = new Set<readonly [SignalName, () => void]>()
  const timers = new Set<{ readonly ms: number; readonly callback: () => void }>()
  const exits: number[] = []
  const exited = Promise.withResolvers<number>()
  const keep = <T>(set: Set<T>, entry: T): Disposable => {
    set.add(entry)
    return { [Symbol.dispose]: () => void set.delete(entry) }
  }
  const real = realHost()
  return {
    ...real,
    process: {
      ...real.process,
      env: {},
      onSignal: (signal, listener) => keep(listeners, [signal, listener]),
      exit: async (code) => {
        exits.push(code)
        exited.resolve(code)
      },
      suggestExitCode: () => {},
      overwrite: () => false,
      writeError: () => {},
    },
    clock: {
      ...real.clock,
      startTimer: (ms, callback) => {
        const entry = { ms, callback }
        if (ms === 0) setImmediate(() => timers.delete(entry) && callback())
        return keep(timers, entry)
      },
    },
    exits,
    exited: exited.promise,
    send: (signal) => {
      for (const [name, listener] of listeners) if (name === signal) listener()
    },
    elapse: (limitMs) => {
      for (const timer of [...timers].filter(({ ms }) => ms <= limitMs)) {
        timers.delete(timer)
        timer.callback()
      }
    },
  }
}
