import type { LoadOptions } from '../../../load/load-options.ts'
import type { TriggerName } from '../../trigger.ts'
import type { Preflight } from './preflight.ts'

/** What to roll out, and with which agent. */
export interface KubernetesOptions {
  /** The workload and its Service, as they were found. */
  readonly found: Preflight
  readonly load: LoadOptions
  /**
   * Image of the agent, any with Node.js 22 or newer; `workload` for that of the workload's first container.
   */
  readonly image: string
  /** The agent, one file, gzip. */
  readonly bundle: Uint8Array
  /** An account of the user's for the agent; undefined: one is created, with a role. */
  readonly serviceAccount: string | undefined
  /** How many pods of the agent send the load; the first one observes, too. */
  readonly generators: number
  /** Node that the agent runs on, whatever its taints; undefined: the scheduler decides. */
  readonly node: string | undefined
  /** What makes the pods go away. */
  readonly trigger: TriggerName
  /** What the trigger `image` changes to. */
  readonly toImage?: string | undefined
  /** How long one restart may take, in milliseconds. */
  readonly rolloutTimeoutMs: number
}
