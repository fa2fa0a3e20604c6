import { type Host, realHost } from '../../node/host/host.ts'
import type { SignalName } from '../../core/options.ts'
import { withoutAutoSettings } from './auto-settings.ts'

/** What the host of an unchanged application leaves to its coordinator. */
export interface HostOwner {
  /**
   * Whether the application is at its end, and says so by an event loop that has nothing else to do: timers
   * must not keep that alive.
   */
  awaitsApplication(): boolean
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** The probe server cannot be opened. Whether to go on. */
  canDoWithoutProbes(error: unknown): boolean
  /** Given the lifecycle's code, the code that the process will exit with. */
  finalExitCode(decided: number): number
  /** The process is about to exit. */
  beforeExit(code: number): void
}

/** The host of a lifecycle that its application does not know of. */
export function autoHost(owner: HostOwner): Host {
  const real = realHost()
  return {
    process: {
      ...real.process,
      env: withoutAutoSettings(real.process.env),
      onSignal: (signal, listener) => owner.onSignal(signal, listener),
      exit: (code) => {
        owner.beforeExit(code)
        return real.process.exit(code)
      },
    },
    clock: {
      ...real.clock,
      startTimer: (ms, callback) => {
        const timer = setTimeout(callback, ms)
        if (owner.awaitsApplication()) timer.unref()
        return { [Symbol.dispose]: () => clearTimeout(timer) }
      },
    },
    policy: {
      ...real.policy,
      yieldsServers: true,
      canDoWithoutProbes: (error) => owner.canDoWithoutProbes(error),
      finalExitCode: (decided) => owner.finalExitCode(decided),
    },
  }
}
