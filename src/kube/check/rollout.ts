import { isObject, textOf, valueAt } from '../yaml/plain.ts'
import { type CheckedPod, type Finding, loses, mayLose } from './rule.ts'

/** Whether new pods are ready before old pods go. */
export function checkRollout({ workload: { kind, value } }: CheckedPod): readonly Finding[] {
  const spec = isObject(value['spec']) ? value['spec'] : {}
  const replicas = Number(spec['replicas'] ?? 1)
  if (kind === 'Pod') {
    return [mayLose('nothing replaces a pod that belongs to no workload: make it a Deployment')]
  }
  if (kind === 'StatefulSet') {
    if (replicas !== 1) return []
    return [
      loses('replicas is 1, and a StatefulSet removes a pod before it creates the next one: set 2 or more'),
    ]
  }
  if (kind !== 'Deployment' || replicas === 0) return []
  const strategy = isObject(spec['strategy']) ? spec['strategy'] : {}
  if (strategy['type'] === 'Recreate') {
    return [
      loses('strategy is Recreate, which removes all pods before it creates new ones: use RollingUpdate'),
    ]
  }
  return [...takenFindings(strategy, replicas), ...readyFindings(Number(spec['minReadySeconds'] ?? 0))]
}

/** As the Deployment controller computes it: maxUnavailable is rounded down, maxSurge up. */
function takenFindings(strategy: unknown, replicas: number): readonly Finding[] {
  const unavailable = valueAt(strategy, ['rollingUpdate', 'maxUnavailable']) ?? '25%'
  const surge = valueAt(strategy, ['rollingUpdate', 'maxSurge']) ?? '25%'
  const hasNoSurge = scaled(surge, replicas, Math.ceil) === 0
  const said = `maxUnavailable is ${textOf(unavailable)} and maxSurge ${textOf(surge)}`
  if (hasNoSurge && ['0', '0%'].includes(textOf(unavailable))) {
    return [loses(`${said}: no pod could ever be replaced; raise maxSurge`)]
  }
  const taken = Math.max(scaled(unavailable, replicas, Math.floor), hasNoSurge ? 1 : 0)
  if (taken < replicas) return []
  const all = `a rollout could take away all ${replicas} of ${replicas} replicas at once`
  return [loses(`${said}: ${all}; lower maxUnavailable and give it a surge`)]
}

function scaled(value: unknown, of: number, round: (value: number) => number): number {
  const text = textOf(value)
  return text.endsWith('%') ? round((Number(text.slice(0, -1)) * of) / 100) : Number(text)
}

function readyFindings(minReadySeconds: number): readonly Finding[] {
  if (minReadySeconds > 0) return []
  const why = 'a new pod lets an old one go before every node has heard of the new one'
  return [mayLose(`minReadySeconds is 0, so ${why}: set it to 5`)]
}
