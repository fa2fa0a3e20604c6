import type { Budget } from '../../../core/budget.ts'
import { formatDuration } from '../../../core/duration.ts'

/** The times of a shutdown, for an application that is started here. Milliseconds. */
export interface ShutdownTimes {
  readonly budget: Budget
  readonly readinessFailDelayMs: number
  readonly gracePeriodMs: number
}

/** The variables of the chart that tell an application its times. */
export function shutdownEnvironment({
  budget,
  readinessFailDelayMs,
  gracePeriodMs,
}: ShutdownTimes): Readonly<Record<string, string>> {
  return {
    LASTCALL_SHUTDOWN_DELAY: formatDuration(budget.shutdownDelayMs),
    LASTCALL_READINESS_FAIL_DELAY: formatDuration(readinessFailDelayMs),
    LASTCALL_DRAIN_TIMEOUT: formatDuration(budget.drainTimeoutMs),
    LASTCALL_HOOKS_TIMEOUT: formatDuration(budget.hooksTimeoutMs),
    LASTCALL_PRE_STOP: formatDuration(budget.preStopMs),
    LASTCALL_GRACE_PERIOD: formatDuration(gracePeriodMs),
  }
}
