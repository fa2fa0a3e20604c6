import type { TriggerName } from '../../trigger.ts'
import type { OwnerReference } from './api/objects.ts'
import type { ObserveFrom } from './observe-from.ts'
import type { Workload } from './workload.ts'

/** Everything needed to build the agent's objects. */
export interface AgentPlan {
  /** Name of every object: `lastcall-` and a suffix that is unique to this run. */
  readonly name: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name' | 'resource'>
  readonly image: string
  /** Secrets to pull the image with, if it is the workload's image. */
  readonly imagePullSecrets: readonly { readonly name: string }[]
  /** The agent, one file, gzip. */
  readonly bundle: Uint8Array
  /** The agent's job, as JSON. */
  readonly job: object
  /** The cluster ends the agent after this time, even if the process that started it is gone. Seconds. */
  readonly deadlineSeconds: number
  /** Longest time from the agent's signal to its end. Seconds. */
  readonly graceSeconds: number
  /** A service account of the user; undefined: the run creates one, with a role. */
  readonly serviceAccount: string | undefined
  /** Whether the agent observes or only sends. If it only sends, it has no account. */
  readonly observeFrom: ObserveFrom
  /** Number of pods that send the load. */
  readonly generators: number
  /** Node to run on, regardless of taints; undefined: the scheduler decides. */
  readonly node: string | undefined
  /**
   * The trigger that the agent pulls without the command line; its objects stay for an hour. Undefined:
   * commands control it.
   */
  readonly alone: TriggerName | undefined
}

/** An object to create, with its place. */
export interface Manifest {
  /** Path of the list in which to create it. */
  readonly path: string
  readonly object: {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: {
      readonly name: string
      /** Undefined for cluster-wide objects. */
      readonly namespace?: string
      readonly labels: Readonly<Record<string, string>>
      readonly ownerReferences?: readonly OwnerReference[]
    }
  } & Readonly<Record<string, unknown>>
}
