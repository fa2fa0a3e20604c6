import type { KubernetesObject, LabelSelector, PodObject } from './api/objects.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** Converts a selector to the text for `labelSelector`. */
export function toSelectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...others].join(',')
}

/** Whether labels match a selector. An empty selector matches all. */
export function matchesLabels(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value)
  return equal && matchExpressions.every((expression) => meets(expression, labels[expression.key]))
}

function meets(
  { operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  value: string | undefined,
): boolean {
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  const isIn = value !== undefined && values.includes(value)
  return operator === 'In' ? isIn : !isIn
}

/**
 * Whether a pod belongs to the workload. The selector alone is not enough, because pods of another workload
 * may have the same labels. A Deployment names its ReplicaSets after itself and the hash of their template.
 */
export function isPodOf(
  workload: Pick<WorkloadName, 'kind' | 'name'> & { readonly uid: string },
  pod: PodObject,
): boolean {
  const owner = controllerOf(pod)
  if (!owner) return false
  if (workload.kind !== 'Deployment') return owner.uid === workload.uid
  return (
    owner.kind === 'ReplicaSet' &&
    owner.name === `${workload.name}-${pod.metadata.labels?.['pod-template-hash']}`
  )
}

function controllerOf({
  metadata,
}: KubernetesObject): { kind: string; name: string; uid: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true)
}

/** Whether labels match the selector of a Service. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}
