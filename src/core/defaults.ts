/**
 * Every default of the library, once. Times are milliseconds. Tests compare the README and the chart with
 * this file.
 */

/**
 * Kubernetes does not wait for a pod before it withdraws the pod's endpoints. 5 s cover what kube-proxy and
 * most clients need (KEP-3960 uses the same).
 */
export const DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS = 5_000
/** Outside Kubernetes no endpoint has to be withdrawn before the listener closes. */
export const DEFAULT_SHUTDOWN_DELAY_MS = 0
export const DEFAULT_READINESS_FAIL_DELAY_MS = 0
export const DEFAULT_DRAIN_TIMEOUT_MS = 15_000
export const DEFAULT_HOOKS_TIMEOUT_MS = 5_000
/** Gives a job time to save its progress, or to return to its queue, before the drain times out. */
export const DEFAULT_DEADLINE_NOTICE_MS = 3_000
/** The kubelet's default `timeoutSeconds` of a probe is 1 s, and it counts a later answer as a failure. */
export const DEFAULT_CHECK_TIMEOUT_MS = 900
export const DEFAULT_PROBE_PORT = 8081
/**
 * The unspecified IPv6 address accepts IPv4 as well. A server on loopback would never answer: the kubelet
 * probes the pod's IP.
 */
export const DEFAULT_PROBE_HOST = '::'
export const DEFAULT_SIGNALS: readonly ['SIGTERM', 'SIGINT'] = ['SIGTERM', 'SIGINT']
/** File from which Kubernetes reads a container's termination message (`terminationMessagePath`). */
export const DEFAULT_TERMINATION_LOG = '/dev/termination-log'

/**
 * Ctrl-C through npm delivers the signal twice: from the terminal and from npm. A signal within this time
 * counts as the same one.
 */
export const SECOND_SIGNAL_AFTER_MS = 1_000
/** Kubernetes truncates a termination message to this number of bytes (container-lifecycle docs). */
export const TERMINATION_MESSAGE_MAX_BYTES = 4_096
/**
 * How many forced closes a report lists one by one. 100,000 of them would make a log line of 10 MB, which log
 * collectors split.
 */
export const MAX_FORCED_DETAILS = 1_000
/** Longest delay of a JavaScript timer. Node fires a longer one at once. */
export const MAX_DURATION_MS = 2_147_483_647
