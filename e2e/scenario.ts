import type { LaneName } from '../src/load/sample.ts'
import type { RolloutDocument } from '../src/rollout/run-document.ts'
import type { Cluster } from './cluster.ts'
import type { Image } from './images.ts'

/** A release under load whose pods go away some times. */
export interface Scenario {
  readonly name: string
  /** One line: what is different here. */
  readonly about: string
  /** What is released. */
  readonly image: Image
  /** How often `lastcall rollout` replaces every pod; 0 where the scenario does that itself. */
  readonly restarts: number
  readonly replicas: number
  /** Pods that have to go. `restarts` times `replicas` */
  readonly leastReplaced?: number
  /** Those that the application has a route for; none for what `lastcall rollout` chooses by itself. */
  readonly lanes: readonly LaneName[]
  /** Requests per second of each paced lane. */
  readonly rate: number
  /** A run with fewer requests has proved too little. */
  readonly leastRequests: number
  /** What kubectl applies instead of the chart; the image's own, where it has one. */
  readonly manifests?: string
  /** What stands between the load and the release, and stays. Its image comes from the examples. */
  readonly inFront?: { readonly manifests: string; readonly workload: string; readonly image: Image }
  /** `--set` of helm. */
  readonly values: readonly string[]
  /** Words of `lastcall kube patch`, whose output is applied. The chart */
  readonly patched?: readonly string[]
  /** Renders the chart for this version of Kubernetes. The cluster's */
  readonly kubeVersion?: string
  /** Merged into the pod template, as kubectl does it, before there are pods. */
  readonly patch?: object
  /** More flags of `lastcall rollout`. */
  readonly flags?: readonly string[]
  /** Done to the cluster before the release is installed. */
  readonly before?: (cluster: Cluster) => Promise<unknown>
  /** Done to the release in the middle of the load. */
  readonly meanwhile?: (cluster: Cluster) => Promise<unknown>
}

/** What came of it. */
export interface Outcome {
  readonly scenario: Scenario
  readonly run: RolloutDocument
}
