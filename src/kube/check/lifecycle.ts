import { type Budget, checkBudget } from '../../core/budget.ts'
import * as defaults from '../../core/defaults.ts'
import { durationOf, hasLastcall } from '../environment.ts'
import { gracePeriodOf } from '../grace-period.ts'
import { preStopOf } from '../pre-stop.ts'
import type { PlainObject } from '../yaml/plain.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

const key = 'terminationGracePeriodSeconds'

/** Whether the pod waits before its server closes, and whether everything fits into the grace period. */
export function checkLifecycle({ workload, podSpec, container }: CheckedPod): readonly Finding[] {
  const graceMs = gracePeriodOf(podSpec)
  if (graceMs === undefined) {
    return [loses(`${key} is ${JSON.stringify(podSpec[key])}: it has to be whole seconds such as 30`, [key])]
  }
  if (graceMs === 0)
    return [loses(`${key} is 0, so the pod is killed without a signal: set it to 30 or more`, [key])]
  const budget = budgetOf(container.value)
  const overBudget = checkBudget(budget, graceMs).map((problem) => loses(problem, [key]))
  return [
    ...(workload.isJob ? [] : waitFindings(container.value, budget)),
    ...(overBudget.length > 0 ? overBudget : hookFindings(budget, graceMs)),
  ]
}

/** What the pod takes as far as the manifest and the library's defaults tell. */
function budgetOf(container: PlainObject): Budget {
  const hook = preStopOf(container)
  const isOurs = hasLastcall(container)
  const fromEnv = (name: string, fallbackMs: number): number => {
    const found = durationOf(container, name)
    return typeof found === 'number' ? found : isOurs ? fallbackMs : 0
  }
  const preStopMs = 'seconds' in hook ? hook.seconds * 1_000 : fromEnv('LASTCALL_PRE_STOP', 0)
  return {
    preStopMs: hook.how === 'none' ? 0 : preStopMs,
    shutdownDelayMs: fromEnv('LASTCALL_SHUTDOWN_DELAY', defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS),
    drainTimeoutMs: fromEnv('LASTCALL_DRAIN_TIMEOUT', defaults.DEFAULT_DRAIN_TIMEOUT_MS),
    hooksTimeoutMs: fromEnv('LASTCALL_HOOKS_TIMEOUT', defaults.DEFAULT_HOOKS_TIMEOUT_MS),
  }
}

function waitFindings(container: PlainObject, budget: Budget): readonly Finding[] {
  const isOurs = hasLastcall(container)
  const waits = preStopOf(container).how !== 'none' || budget.shutdownDelayMs > 0
  if (!waits) {
    const what = isOurs ? 'there is no preStop hook and no shutdown delay' : 'there is no preStop hook'
    return [
      loses(
        `${what}, so the server closes while nodes that have not heard of it yet send it new connections: add a preStop sleep, or run lastcall kube patch for a Node.js server`,
      ),
    ]
  }
  if (isOurs) return []
  return [
    mayLose(
      'nothing here loads lastcall: a server that closes connections in use at SIGTERM loses the requests on them; run lastcall kube patch for a Node.js server, with --auto where its code does not use lastcall',
    ),
  ]
}

/** The kubelet leaves 2 s when the hook has used up the grace period, also where the sum still fits. */
function hookFindings({ preStopMs }: Budget, graceMs: number): readonly Finding[] {
  if (preStopMs === 0 || preStopMs < graceMs) return []
  const said = `the preStop hook takes ${preStopMs / 1_000} s and the grace period is ${graceMs / 1_000} s`
  return [loses(`${said}: SIGTERM and SIGKILL are 2 s apart; raise ${key}`, [key])]
}
