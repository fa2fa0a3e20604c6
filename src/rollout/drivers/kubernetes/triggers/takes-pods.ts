import type { NodeObject, Taint } from '../api/control-objects.ts'
import type { PodSpec, Toleration } from '../api/objects.ts'

/** Effects that keep a pod off a node; `PreferNoSchedule` is only a preference. */
const keepingAway: readonly string[] = ['NoSchedule', 'NoExecute']

/**
 * Whether the scheduler may put this pod on the node: the node is ready and not cordoned, the pod tolerates
 * its taints, and it has the labels that the pod selects. Ignores affinity and free resources.
 */
export function takesPods({ metadata, spec, status }: NodeObject, pod: PodSpec): boolean {
  const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')
  const taints = (spec?.taints ?? []).filter(({ effect }) => keepingAway.includes(effect))
  const { tolerations = [], nodeSelector = {} } = pod
  return (
    spec?.unschedulable !== true &&
    isReady === true &&
    taints.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint))) &&
    Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value)
  )
}

/**
 * A toleration without a key matches every key, and one without an effect matches all effects (Kubernetes
 * docs, "Taints").
 */
function tolerates(toleration: Toleration, { key, value = '', effect }: Taint): boolean {
  const { operator = 'Equal' } = toleration
  if (toleration.effect !== undefined && toleration.effect !== effect) return false
  if (toleration.key === undefined) return operator === 'Exists'
  return toleration.key === key && (operator === 'Exists' || (toleration.value ?? '') === value)
}
