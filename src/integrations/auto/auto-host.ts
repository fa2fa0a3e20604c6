import { type Host, realHost } from '../../node/host/host.ts'
import type { SignalName } from '../../core/options.ts'
import { withoutAutoSettings } from './auto-settings.ts'

/** Decisions that the host of an unchanged application leaves to its coordinator. */
export interface HostOwner {
  /**
   * Whether the application ends by leaving its event loop without work now. Timers must not keep it alive
   * then.
   */
  awaitsApplication(): boolean
  onSignal(signal: SignalName, listener: () => void): Disposable
  /** The probe server cannot be opened. Returns whether to continue without it. */
  canDoWithoutProbes(error: unknown): boolean
  /** The exit code of the process, given the lifecycle's code. */
  finalExitCode(decided: number): number
  /** The process is about to exit. */
  beforeExit(code: number): void
}

/** The host of a lifecycle that the application does not know about. */
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
