import { formatDuration } from './duration.ts'

/** The parts of a pod's termination that share one grace period. Milliseconds. */
export interface Budget {
  readonly preStopMs: number
  readonly shutdownDelayMs: number
  readonly drainTimeoutMs: number
  readonly hooksTimeoutMs: number
}

/** Time that the grace period has to cover at least. Milliseconds. */
export function requiredGraceMs(budget: Budget): number {
  return budget.preStopMs + budget.shutdownDelayMs + budget.drainTimeoutMs + budget.hooksTimeoutMs
}

/** The sum as a person would write it down, for messages. */
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
 * Compares the sum with the grace period. Equality is allowed here: who sets the grace period adds a
 * margin for the runtime (the chart: 3 s).
 * @returns what is wrong, nothing when it fits or the grace period is not known
 */
export function checkBudget(budget: Budget, gracePeriodMs: number | undefined): readonly string[] {
  if (gracePeriodMs === undefined || requiredGraceMs(budget) <= gracePeriodMs) return []
  return [
    `${describeSum(budget)} is more than the grace period of ${formatDuration(gracePeriodMs)}: SIGKILL would end the rest; ` +
      `raise terminationGracePeriodSeconds to at least ${Math.ceil(requiredGraceMs(budget) / 1_000)}, or lower one of the parts`,
  ]
}

/** What the end of a shutdown depends on. Wall-clock milliseconds, and durations. */
export interface BudgetEnd {
  /**
   * When the first signal came, null for a shutdown that was begun in code. Without a signal there is no
   * SIGKILL to plan for.
   */
  readonly signalledAt: number | null
  readonly gracePeriodMs: number | undefined
  readonly preStopMs: number
  /** When our own last phase ends at the latest. */
  readonly lastDeadlineAt: number
}

/**
 * When the time of a shutdown is over: at SIGKILL where that can be known, else at our own last deadline.
 * Wall-clock milliseconds.
 */
export function budgetEndsAt({ signalledAt, gracePeriodMs, preStopMs, lastDeadlineAt }: BudgetEnd): number {
  if (signalledAt === null || gracePeriodMs === undefined) return lastDeadlineAt
  return signalledAt + killAfterSignalMs(gracePeriodMs, preStopMs)
}

/**
 * Time between SIGTERM and SIGKILL as the kubelet reckons it: the hook's time is rounded down to whole
 * seconds, and 2 s are left whatever the hook took (kubernetes/kubernetes
 * `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `minimumGracePeriodInSeconds`).
 */
export function killAfterSignalMs(gracePeriodMs: number, preStopTookMs: number): number {
  const tookMs = Math.min(Math.floor(preStopTookMs / 1_000) * 1_000, gracePeriodMs)
  return Math.max(2_000, gracePeriodMs - tookMs)
}
