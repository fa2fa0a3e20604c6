import { type Budget, checkBudget } from '../../core/budget.ts'
import * as defaults from '../../core/defaults.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Container } from '../containers.ts'
import { durationOf, hasLastcall } from '../environment.ts'
import { gracePeriodOf } from '../grace-period.ts'
import { describeVersion, hasSleepAction, type KubeVersion } from '../kube-version.ts'
import { delaysSigterm, longestHookOf, preStopOf } from '../pre-stop.ts'
import { namesNoPort } from '../probe-port.ts'
import { delayInsteadOf } from '../resolve-pre-stop.ts'
import type { PlainObject } from '../yaml/plain.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

const key = 'terminationGracePeriodSeconds'

/** Whether the pod waits before its server closes, and whether everything fits into the grace period. */
export function checkLifecycle({
  workload,
  podSpec,
  container,
  all,
  kubeVersion,
}: CheckedPod): readonly Finding[] {
  const graceMs = gracePeriodOf(podSpec)
  if (graceMs === undefined) {
    return [loses(`${key} is ${JSON.stringify(podSpec[key])}: it has to be whole seconds such as 30`, [key])]
  }
  if (graceMs === 0) {
    return [loses(`${key} is 0, so the pod is killed without a signal: set it to 30 or more`, [key])]
  }
  const budget = budgetOf(container.value)
  const overBudget = checkBudget(budget, graceMs).map((problem) => loses(problem, [key]))
  return [
    ...sleepFindings(container.value, kubeVersion),
    ...otherFindings(
      all.filter((one) => one !== container),
      { graceMs, kubeVersion },
    ),
    ...(workload.isJob ? [] : waitFindings(container.value, budget)),
    ...(workload.isJob ? [] : readinessFindings(container.value, budget)),
    ...(overBudget.length > 0 ? overBudget : hookFindings(budget, graceMs)),
  ]
}

/** The times of the pod, from the manifest and the library's defaults. */
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

/** Whether the API server keeps the hook. */
function sleepFindings(container: PlainObject, version: KubeVersion | undefined): readonly Finding[] {
  const hook = preStopOf(container)
  if (hook.how === 'invalid') return [loses(`${hook.problem}: the API server refuses it`)]
  if (hook.how !== 'sleep' || !version || hasSleepAction(version)) return []
  const said = `${describeVersion(version)} drops a preStop sleep without a word`
  const delayMs = durationOf(container, 'LASTCALL_SHUTDOWN_DELAY')
  const flag = delayInsteadOf(hook.seconds * 1_000, typeof delayMs === 'number' ? delayMs : undefined)
  const patch = `lastcall kube patch --kube-version ${version.major}.${version.minor} ${flag}`
  const remedy = `take it out and run ${patch}, or use the command sleep of your image`
  return [loses(`${said}: ${remedy}`)]
}

function waitFindings(container: PlainObject, budget: Budget): readonly Finding[] {
  const isOurs = hasLastcall(container)
  const hook = preStopOf(container)
  if (!delaysSigterm(hook) && budget.shutdownDelayMs === 0) {
    const none = hook.how === 'none'
    const what = none ? 'there is no preStop hook' : 'the preStop hook waits 0s'
    const delay = none ? ' and no shutdown delay' : ' and there is no shutdown delay'
    const harm = 'the server closes while nodes that have not heard of it yet send it new connections'
    const said = `${what}${isOurs ? delay : ''}`
    // The library waits of its own accord, so somebody has written the delay of 0, and a patch keeps it.
    const remedy = isOurs
      ? 'set LASTCALL_SHUTDOWN_DELAY to 5s, or add a preStop sleep'
      : 'add a preStop sleep, or run lastcall kube patch for a Node.js server'
    if (!namesNoPort(container)) return [loses(`${said}, so ${harm}: ${remedy}`)]
    return isOurs ? [] : [mayLose(`${said}, so if it serves requests, ${harm}: ${remedy}`)]
  }
  if (isOurs) return []
  const harm = 'a server that closes connections in use at SIGTERM loses the requests on them'
  const remedy =
    'run lastcall kube patch for a Node.js server, with --auto where its code does not use lastcall'
  return [mayLose(`nothing here loads lastcall: ${harm}; ${remedy}`)]
}

/** Hooks of the other containers: whether the API server keeps them, and whether the time is enough. */
function otherFindings(
  others: readonly Container[],
  { graceMs, kubeVersion }: { readonly graceMs: number; readonly kubeVersion: KubeVersion | undefined },
): readonly Finding[] {
  const dropped = others.flatMap(({ name, value, path }) =>
    otherSleepFindings(value, kubeVersion).map((said) => loses(`container ${name}: ${said}`, path)),
  )
  const longest = longestHookOf(others)
  if (!longest || longest.ms < graceMs) return dropped
  const said = `the preStop hook of container ${longest.container} takes ${formatDuration(longest.ms)}`
  const harm = `the grace period is ${formatDuration(graceMs)}: SIGKILL would end the rest`
  return [...dropped, loses(`${said} and ${harm}; raise ${key}`, [key])]
}

function otherSleepFindings(container: PlainObject, version: KubeVersion | undefined): readonly string[] {
  const hook = preStopOf(container)
  if (hook.how === 'invalid') return [`${hook.problem}: the API server refuses it`]
  if (hook.how !== 'sleep' || !version || hasSleepAction(version)) return []
  return [
    `${describeVersion(version)} drops a preStop sleep without a word: use the command sleep of its image`,
  ]
}

/** kube-proxy sends to a terminating pod only while its readiness probe passes (KEP-1669). */
function readinessFindings(container: PlainObject, budget: Budget): readonly Finding[] {
  const readyMs = durationOf(container, 'LASTCALL_READINESS_FAIL_DELAY')
  const isInTime = typeof readyMs !== 'number' || readyMs >= budget.shutdownDelayMs
  if (isInTime || delaysSigterm(preStopOf(container))) return []
  const delay = formatDuration(budget.shutdownDelayMs)
  const said = `LASTCALL_READINESS_FAIL_DELAY is ${formatDuration(readyMs)} and the shutdown delay ${delay}`
  const harm = 'where all pods of a node end at once, requests fail although this one would still answer'
  return [mayLose(`${said}, without a preStop hook: ${harm}; raise it to ${delay}`)]
}

/** The kubelet leaves 2 s when the hook has used up the grace period, also where the sum still fits. */
function hookFindings({ preStopMs }: Budget, graceMs: number): readonly Finding[] {
  if (preStopMs === 0 || preStopMs < graceMs) return []
  const said = `the preStop hook takes ${preStopMs / 1_000} s and the grace period is ${graceMs / 1_000} s`
  return [loses(`${said}: SIGTERM and SIGKILL are 2 s apart; raise ${key}`, [key])]
}
