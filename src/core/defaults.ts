/**
 * Every default of the library, once. Times are milliseconds. README and chart are compared with this file
 * by tests.
 */

/**
 * A pod's endpoints are withdrawn without waiting for the pod: 5 s covers what kube-proxy and most clients
 * need (KEP-3960 uses the same).
 */
export const DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS = 5_000
/** Outside Kubernetes nobody has to be told before the listener closes. */
export const DEFAULT_SHUTDOWN_DELAY_MS = 0
export const DEFAULT_READINESS_FAIL_DELAY_MS = 0
export const DEFAULT_DRAIN_TIMEOUT_MS = 15_000
export const DEFAULT_HOOKS_TIMEOUT_MS = 5_000
/** Time for a job to save where it is, or to go back to its queue, before the drain times out. */
export const DEFAULT_DEADLINE_NOTICE_MS = 3_000
/**
 * The kubelet's own default for a probe's `timeoutSeconds` is 1 s, and an answer that comes later counts as
 * a failure.
 */
export const DEFAULT_CHECK_TIMEOUT_MS = 900
export const DEFAULT_PROBE_PORT = 8081
/**
 * The unspecified IPv6 address takes IPv4 as well; the kubelet probes the pod's IP, so loopback would never
 * answer.
 */
export const DEFAULT_PROBE_HOST = '::'
export const DEFAULT_SIGNALS: readonly ['SIGTERM', 'SIGINT'] = ['SIGTERM', 'SIGINT']
/** Where Kubernetes reads a container's last words (`terminationMessagePath`). */
export const DEFAULT_TERMINATION_LOG = '/dev/termination-log'

/**
 * Ctrl-C through npm delivers the signal twice (terminal group and npm's relay); what comes within this time
 * is the same signal.
 */
export const SECOND_SIGNAL_AFTER_MS = 1_000
/** Kubernetes truncates a termination message here, in bytes (container-lifecycle docs). */
export const TERMINATION_MESSAGE_MAX_BYTES = 4_096
/**
 * Forced closes that a report lists one by one. A log line of 100,000 would be 10 MB long, which log
 * collectors split.
 */
export const MAX_FORCED_DETAILS = 1_000
/** Longest delay of a JavaScript timer; above it Node fires at once. */
export const MAX_DURATION_MS = 2_147_483_647
