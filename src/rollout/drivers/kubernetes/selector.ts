import type { KubernetesObject, LabelSelector, PodObject } from './api/objects.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** A selector as the text that `labelSelector` takes. */
export function toSelectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`)
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`
  })
  return [...equal, ...others].join(',')
}

/** Whether labels are what a selector wants; an empty one wants nothing in particular. */
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
 * Whether a pod belongs to the workload. The selector alone is not enough: another workload's pods may have
 * the same labels. A Deployment's ReplicaSets are named after it and the hash of their template.
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

/** Whether labels have everything that a Service selects by. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}
