import type { Budget } from '../../../core/budget.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { PodPorts, Readiness } from './readiness.ts'

/** The command for the local driver, and the behaviour of its cluster. */
export interface LocalOptions {
  /** The command and its arguments, started once per pod. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly replicas: number
  readonly budget: Budget
  readonly readinessFailDelayMs: number
  readonly gracePeriodMs: number
  /** How long the client node takes to learn of an endpoint change. */
  readonly endpointLagMs: number
  readonly readiness: Readiness
  /** Timeout until a pod is ready. */
  readonly readyTimeoutMs: number
}

/** The environment variable with the path of the report; each pod has its own file. */
export const TERMINATION_LOG = 'LASTCALL_TERMINATION_LOG'

/** The environment of one pod: the chart's variables with values from the options. */
export function podEnvironment(
  options: LocalOptions,
  name: string,
  ports: PodPorts,
  terminationLog: string,
): Record<string, string | undefined> {
  return {
    ...options.env,
    PORT: String(ports.port),
    H2_PORT: String(ports.http2Port),
    POD_NAME: name,
    HOSTNAME: name,
    LASTCALL_PROBE_PORT: String(ports.probePort),
    LASTCALL_SHUTDOWN_DELAY: formatDuration(options.budget.shutdownDelayMs),
    LASTCALL_READINESS_FAIL_DELAY: formatDuration(options.readinessFailDelayMs),
    LASTCALL_DRAIN_TIMEOUT: formatDuration(options.budget.drainTimeoutMs),
    LASTCALL_HOOKS_TIMEOUT: formatDuration(options.budget.hooksTimeoutMs),
    LASTCALL_PRE_STOP: formatDuration(options.budget.preStopMs),
    LASTCALL_GRACE_PERIOD: formatDuration(options.gracePeriodMs),
    [TERMINATION_LOG]: terminationLog,
  }
}
