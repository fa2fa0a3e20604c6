import type { ApiClient } from '../api/client.ts'
import type { ObservedPods } from '../pods.ts'
import type { Permission } from '../policy-rules.ts'
import type { Workload, WorkloadReference } from '../workload.ts'
import type { Undo } from './undo.ts'

/** What the user said about a trigger, and what was found for it. */
export interface TriggerSettings {
  /** Of `--to-image`; undefined unless the trigger is `image`. */
  readonly toImage?: string | undefined
  /** The port on which the pods listen, a number or the name of a container's port. */
  readonly targetPort?: string | number | undefined
}

/** What a trigger works with. */
export interface TriggerPorts {
  readonly api: ApiClient
  readonly workload: WorkloadReference
  readonly settings: TriggerSettings
  readonly pods: ObservedPods
  /** The uids of the pods that are there before it. */
  readonly old: ReadonlySet<string>
  readonly undo: Undo
  /** Aborted when the run ends, or the time of this one is over. */
  readonly signal: AbortSignal
  /** For people who watch, or who have to repair something by hand. */
  onNotice(text: string): void
  /** What the trigger waits for now, in case it takes too long. */
  onWaiting(why: string): void
}

/** One way to make the pods of a workload go away. */
export interface Trigger {
  /** What is done to the workload, for `--dry-run`: `restart Deployment 'shop'`. */
  does(what: string, settings: TriggerSettings): string
  /** What it takes back in the end, after "before it can": `uncordon the node`. Left out: nothing. */
  readonly takesBack?: string
  /** What it needs besides following the workload. */
  permissions(workload: Pick<Workload, 'resource' | 'name'>): readonly Permission[]
  /** Why it cannot be used on this workload, one sentence each. Changes nothing. */
  problems(workload: Workload, api: ApiClient, settings: TriggerSettings): Promise<readonly string[]>
  /** Whether every old pod goes, so that one that stays has to be waited for. */
  readonly replacesAll: boolean
  /**
   * Makes pods go away and resolves when the workload is healthy again. What it changes besides is noted in
   * `undo` before, and taken back whatever happens.
   * @throws LastcallError `LASTCALL_WORKLOAD` when that cannot be finished
   */
  pull(ports: TriggerPorts): Promise<void>
}

/** Nothing stands against it, on any workload. */
export const noProblems = (): Promise<readonly string[]> => Promise.resolve([])
