import { type Host, realHost } from '../../node/host.ts'
import type { SignalName } from '../../core/options.ts'

/** What the host of an unchanged application leaves to its coordinator. */
export interface HostOwner {
  /** Whether the shutdown waits for nothing but the application itself. */
  isStopping(): boolean
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** The process is about to exit with this code. Returns the code that it exits with. */
  beforeExit(code: number): number
}

/** The host of a lifecycle that its application does not know of. */
export function autoHost(owner: HostOwner): Host {
  const real = realHost()
  return {
    ...real,
    onSignal: (signal, listener) => owner.onSignal(signal, listener),
    startTimer: (ms, callback) => {
      const timer = setTimeout(callback, ms)
      // While the application's handlers run, an event loop that has nothing else to do is how they say that they are done.
      if (owner.isStopping()) timer.unref()
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
    exit: (code) => real.exit(owner.beforeExit(code)),
  }
}
