import { shutdownEnvironment, type ShutdownTimes } from '../shared/shutdown-environment.ts'
import type { PodPorts, Readiness } from './readiness.ts'

/** The command for the local driver, and the behaviour of its cluster. */
export interface LocalOptions extends ShutdownTimes {
  /** The command and its arguments, started once per pod. */
  readonly command: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly replicas: number
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
    ...shutdownEnvironment(options),
    [TERMINATION_LOG]: terminationLog,
  }
}
