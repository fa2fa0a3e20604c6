import type { LifecycleEvent } from '../../core/event.ts'

/** Decisions of a lifecycle that differ between an application's own and that of `auto`. */
export interface HostPolicy {
  /** Whether servers are left to any other lifecycle that serves them. Otherwise the other one is refused. */
  readonly yieldsServers: boolean
  /** Whether to go on without the probe server, which cannot be opened because of this error. */
  canDoWithoutProbes(error: unknown): boolean
  /** The code that the report and the process end with, given the one that was decided. */
  finalExitCode(decided: number): number
  /**
   * Asked before an event takes effect, and whether it is held back until `proceed` is called; events behind
   * it wait in turn. Only `lastcall/testing` holds any: the machine of a real process never waits.
   */
  intercept(event: LifecycleEvent, proceed: () => void): boolean
}

/** The policy of a lifecycle that its application has made on purpose. */
export const defaultPolicy: HostPolicy = {
  yieldsServers: false,
  canDoWithoutProbes: () => false,
  finalExitCode: (decided) => decided,
  intercept: () => false,
}
