import type { TriggerName } from '../../trigger.ts'
import type { OwnerReference } from './api/objects.ts'
import type { ObserveFrom } from './observe-from.ts'
import type { Workload } from './workload.ts'

/** What the agent's objects are made from. */
export interface AgentPlan {
  /** Name of every object: `lastcall-` and something that no other run has. */
  readonly name: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name' | 'resource'>
  readonly image: string
  /** Secrets to pull it with, where it is the workload's. */
  readonly imagePullSecrets: readonly { readonly name: string }[]
  /** The agent, one file, gzip. */
  readonly bundle: Uint8Array
  /** What it is to do, as JSON. */
  readonly job: object
  /** The cluster ends the agent after this time, whatever became of the one who started it. Seconds. */
  readonly deadlineSeconds: number
  /** How long it may take from its signal to its end. Seconds. */
  readonly graceSeconds: number
  /** A service account of the user's; undefined: one is created, with a role. */
  readonly serviceAccount: string | undefined
  /** Whether the agent observes, or only sends: then it has no account. */
  readonly observeFrom: ObserveFrom
  /** How many pods send the load. */
  readonly generators: number
  /** Node that it runs on, whatever its taints; undefined: the scheduler decides. */
  readonly node: string | undefined
  /**
   * What the agent does to the workload by itself; it is kept for an hour. Undefined: it is told by commands.
   */
  readonly alone: TriggerName | undefined
}

/** An object to create, and where. */
export interface Manifest {
  /** Path of the list that it is created in. */
  readonly path: string
  readonly object: {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: {
      readonly name: string
      /** Undefined for objects of the whole cluster. */
      readonly namespace?: string
      readonly labels: Readonly<Record<string, string>>
      readonly ownerReferences?: readonly OwnerReference[]
    }
  } & Readonly<Record<string, unknown>>
}
