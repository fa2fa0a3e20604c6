import type { SupervisorStatus } from '../core/supervisor-status.ts'
import type { RestartResult } from './machine/effect.ts'
import type { SupervisorStateName } from './machine/state.ts'

/** A running supervisor, as its control socket, its probes and the command line use it. */
export interface RunningSupervisor {
  state(): SupervisorStateName
  /** The document of `lastcall status`. Asks every generation, each for at most half a second. */
  status(): Promise<SupervisorStatus>
  /**
   * Replaces the generation that serves.
   * @param reason name of a signal, or who asked, for the log
   * @returns how it ended; never rejects
   */
  restart(reason: string): Promise<RestartResult>
  /** Runs the hooks that the serving generation has for a signal. Never rejects, and takes at most 5 s. */
  runHooks(signal: string, when: 'before' | 'after'): Promise<void>
  /** Ends every generation, then resolves `ended`. Called again, it hammers. */
  stop(reason: string): void
  /** Ends at once what is ending. Returns how many generations were. */
  hammer(): number
  /** Resolves to the exit code when everything has ended. Never rejects. */
  readonly ended: Promise<number>
  /** Whether clients may be sent here. */
  isReady(): boolean
  /**
   * Whether a restart of the whole supervisor would not help: the generation that serves answers on its
   * channel, or nobody serves.
   */
  isLive(): Promise<boolean>
  /** The metrics of the supervisor and of its generations, in Prometheus' text format 0.0.4. */
  metrics(): Promise<string>
}
