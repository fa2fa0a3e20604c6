import type { Condition, KubernetesObject, LabelSelector } from './objects.ts'

/** The subresource `scale` of a workload. */
export interface ScaleObject extends KubernetesObject {
  readonly spec: { readonly replicas?: number }
}

/** A PodDisruptionBudget. */
export interface DisruptionBudgetObject extends KubernetesObject {
  readonly spec: { readonly selector?: LabelSelector }
  readonly status?: {
    readonly disruptionsAllowed?: number
    /** Number of pods that the controller has counted. */
    readonly expectedPods?: number
    readonly currentHealthy?: number
    readonly desiredHealthy?: number
  }
}

/** A HorizontalPodAutoscaler. */
export interface AutoscalerObject extends KubernetesObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string }
    readonly minReplicas?: number
    readonly maxReplicas: number
  }
}

/** Keeps pods off a node unless they tolerate it. */
export interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect: string
}

/** A node. */
export interface NodeObject extends KubernetesObject {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] }
  readonly status?: { readonly conditions?: readonly Condition[] }
}
