import { killAfterSignalMs } from '../../../core/budget.ts'
import type { ChildGroup } from '../../../process/child-group.ts'
import { within } from '../shared/within.ts'

/** The durations of a termination in milliseconds. */
export interface TerminationTimes {
  readonly preStopMs: number
  readonly gracePeriodMs: number
}

/** The steps of a termination, in order. */
export interface TerminationSteps {
  preStopStarted(): void
  signalled(): void
  killed(): void
}

/**
 * Ends a pod like the kubelet: the preStop hook within the grace period, then SIGTERM to the first process,
 * and SIGKILL to all when the rest of the grace period is over (kubernetes/kubernetes
 * `pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`). Resolves when the pod is gone.
 */
export async function terminatePod(
  pod: ChildGroup,
  times: TerminationTimes,
  steps: TerminationSteps,
): Promise<void> {
  const startedMs = performance.now()
  if (times.preStopMs > 0) {
    steps.preStopStarted()
    await within(Math.min(times.preStopMs, times.gracePeriodMs), pod.exited)
  }
  // The hook is not followed by a signal if the container ended by itself meanwhile.
  if (pod.hasExited()) return
  steps.signalled()
  pod.signal('SIGTERM')
  const budgetMs = killAfterSignalMs(times.gracePeriodMs, performance.now() - startedMs)
  if (await within(budgetMs, pod.exited)) return
  steps.killed()
  pod.kill()
  await pod.exited
}
