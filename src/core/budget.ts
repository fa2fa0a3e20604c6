import { formatDuration } from './duration.ts'

/** The parts of a pod's termination that share one grace period. Milliseconds. */
export interface Budget {
  readonly preStopMs: number
  readonly shutdownDelayMs: number
  readonly drainTimeoutMs: number
  readonly hooksTimeoutMs: number
}

/** Shortest grace period that covers all parts. Milliseconds. */
export function requiredGraceMs(budget: Budget): number {
  return budget.preStopMs + budget.shutdownDelayMs + budget.drainTimeoutMs + budget.hooksTimeoutMs
}

/** The sum with the name of each part, for messages. */
export function describeSum(budget: Budget): string {
  const parts = [
    `preStop ${formatDuration(budget.preStopMs)}`,
    `shutdown delay ${formatDuration(budget.shutdownDelayMs)}`,
    `drain timeout ${formatDuration(budget.drainTimeoutMs)}`,
    `hooks timeout ${formatDuration(budget.hooksTimeoutMs)}`,
  ]
  return `${parts.join(' + ')} = ${formatDuration(requiredGraceMs(budget))}`
}

/**
 * Compares the sum with the grace period. Both may be equal: the chart has already added 3 s of margin for
 * the runtime to the grace period.
 * @returns what is wrong; nothing when the sum fits or the grace period is not known
 */
export function checkBudget(budget: Budget, gracePeriodMs: number | undefined): readonly string[] {
  if (gracePeriodMs === undefined || requiredGraceMs(budget) <= gracePeriodMs) return []
  return [
    `${describeSum(budget)} is more than the grace period of ${formatDuration(gracePeriodMs)}: SIGKILL would end the rest; ` +
      `raise terminationGracePeriodSeconds to at least ${Math.ceil(requiredGraceMs(budget) / 1_000)}, or lower one of the parts`,
  ]
}

/** What decides when a shutdown is over. Wall-clock milliseconds, and durations. */
export interface BudgetEnd {
  /**
   * When the first signal arrived; null when code began the shutdown. Without a signal there is no SIGKILL to
   * plan for.
   */
  readonly signalledAt: number | null
  readonly gracePeriodMs: number | undefined
  readonly preStopMs: number
  /** Latest moment at which the shutdown's own last phase ends. */
  readonly lastDeadlineAt: number
}

/**
 * When the time of a shutdown is over: at SIGKILL if that moment is known, else at the shutdown's own last
 * deadline. Wall-clock milliseconds.
 */
export function budgetEndsAt({ signalledAt, gracePeriodMs, preStopMs, lastDeadlineAt }: BudgetEnd): number {
  if (signalledAt === null || gracePeriodMs === undefined) return lastDeadlineAt
  return signalledAt + killAfterSignalMs(gracePeriodMs, preStopMs)
}

/**
 * Time between SIGTERM and SIGKILL as the kubelet computes it. The kubelet rounds the time of the preStop
 * hook down to whole seconds, and always leaves at least 2 s (kubernetes/kubernetes
 * `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `minimumGracePeriodInSeconds`).
 */
export function killAfterSignalMs(gracePeriodMs: number, preStopTookMs: number): number {
  const tookMs = Math.min(Math.floor(preStopTookMs / 1_000) * 1_000, gracePeriodMs)
  return Math.max(2_000, gracePeriodMs - tookMs)
}
