import type { LoadOptions } from '../../../load/load-options.ts'
import type { TriggerName } from '../../trigger.ts'
import type { Preflight } from './preflight.ts'

/** The workload to roll out, and the agent for it. */
export interface KubernetesOptions {
  /** The workload and its Service as found in the cluster. */
  readonly found: Preflight
  readonly load: LoadOptions
  /**
   * Image of the agent with Node.js 22 or newer; `workload` means the image of the workload's first
   * container.
   */
  readonly image: string
  /** The agent, one file, gzip. */
  readonly bundle: Uint8Array
  /** A service account of the user for the agent; undefined: the run creates one, with a role. */
  readonly serviceAccount: string | undefined
  /** Number of agent pods that send the load; the first one also observes. */
  readonly generators: number
  /** Node for the agent, regardless of taints; undefined: the scheduler decides. */
  readonly node: string | undefined
  /** What makes the pods go away. */
  readonly trigger: TriggerName
  /** The image that the trigger `image` sets. */
  readonly toImage?: string | undefined
  /** Timeout of one restart, in milliseconds. */
  readonly rolloutTimeoutMs: number
}
