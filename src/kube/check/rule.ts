import type { FoundPod } from '../find-pod.ts'
import type { KubeVersion } from '../kube-version.ts'
import type { Workload } from '../workloads.ts'
import type { Path } from '../yaml/plain.ts'

/** The input of a rule. */
export interface CheckedPod extends FoundPod {
  readonly workload: Workload
  /** The oldest Kubernetes that it runs on; undefined for a current one. */
  readonly kubeVersion: KubeVersion | undefined
}

/** The rules by name; those of the chart's checks have the chart's names. */
export type RuleId = 'lifecycle' | 'env' | 'ports' | 'probes' | 'auto' | 'command' | 'rollout' | 'sidecars'

/** Something that a rule found. */
export interface Finding {
  /** Whether it loses requests, or may lose some under circumstances that are not in the manifest. */
  readonly certainty: 'loses' | 'may lose'
  /** The consequence and the remedy. */
  readonly message: string
  /** Place in the pod's spec; the container's when it is left out. */
  readonly path?: Path
}

/** One rule: everything that it finds. */
export type Rule = (pod: CheckedPod) => readonly Finding[]

/** A finding that is certain. */
export function loses(message: string, path?: Path): Finding {
  return { certainty: 'loses', message, ...(path && { path }) }
}

/** A finding that depends on more than the manifest. */
export function mayLose(message: string, path?: Path): Finding {
  return { certainty: 'may lose', message, ...(path && { path }) }
}
