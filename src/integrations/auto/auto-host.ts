import cluster from 'node:cluster'
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

/**
 * The host of a lifecycle that its application does not know of.
 * @param env what the options are read from
 */
export function autoHost(owner: HostOwner, env: Host['env']): Host {
  const real = realHost()
  return {
    ...real,
    env,
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

/** The environment that options are read from. */
export function autoEnvironment(): Host['env'] {
  // A worker of a cluster would share the probe port with its siblings: each probe would reach another of them.
  return cluster.isWorker ? { ...process.env, LASTCALL_PROBE_PORT: 'false' } : process.env
}
