import type { Budget } from '../../core/budget.ts'
import type { LifecycleEvent } from '../../core/event.ts'

/** Decisions that differ between a lifecycle which the application created and the one of `auto`. */
export interface HostPolicy {
  /**
   * Whether this lifecycle gives a server up to another one that wants to serve it. If not, the other one is
   * refused.
   */
  readonly yieldsServers: boolean
  /** Whether to continue without the probe server after this error of opening it. */
  canDoWithoutProbes(error: unknown): boolean
  /** The longest time that a shutdown takes with these options. Milliseconds. */
  shutdownMs(options: Budget): number
  /** The exit code of the report and the process, given the computed one. */
  finalExitCode(decided: number): number
  /**
   * Asked before an event takes effect. Returns true to hold it until `proceed` is called; later events wait
   * behind it. Only `lastcall/testing` holds events: the machine of a real process never waits.
   */
  intercept(event: LifecycleEvent, proceed: () => void): boolean
}

/** The policy of a lifecycle that the application created itself. */
export const defaultPolicy: HostPolicy = {
  yieldsServers: false,
  canDoWithoutProbes: () => false,
  shutdownMs: ({ shutdownDelayMs, drainTimeoutMs, hooksTimeoutMs }) =>
    shutdownDelayMs + drainTimeoutMs + hooksTimeoutMs,
  finalExitCode: (decided) => decided,
  intercept: () => false,
}
