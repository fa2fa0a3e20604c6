import type { ApiClient } from '../api/client.ts'
import type { ObservedPods } from '../pods.ts'
import type { Permission } from '../policy-rules.ts'
import type { Workload, WorkloadReference } from '../workload.ts'
import type { Undo } from './undo.ts'

/** Settings of a trigger, from the user and from the cluster. */
export interface TriggerSettings {
  /** The value of `--to-image`; undefined unless the trigger is `image`. */
  readonly toImage?: string | undefined
  /** Port on which the pods listen: a number or the name of a container port. */
  readonly targetPort?: string | number | undefined
}

/** Dependencies of a trigger. */
export interface TriggerPorts {
  readonly api: ApiClient
  readonly workload: WorkloadReference
  readonly settings: TriggerSettings
  readonly pods: ObservedPods
  /** The uids of the pods that exist before it. */
  readonly old: ReadonlySet<string>
  readonly undo: Undo
  /** Aborted when the run ends or the trigger times out. */
  readonly signal: AbortSignal
  /** Tells the user about progress, or about something to repair by hand. */
  onNotice(text: string): void
  /** Reports what the trigger is waiting for, in case that it times out. */
  onWaiting(why: string): void
}

/** One way to make the pods of a workload go away. */
export interface Trigger {
  /** What the trigger does to the workload, for `--dry-run`: `restart Deployment 'shop'`. */
  does(what: string, settings: TriggerSettings): string
  /** What the trigger undoes at the end, after "before it can": `uncordon the node`. Absent: nothing. */
  readonly takesBack?: string
  /** Permissions that it needs besides following the workload. */
  permissions(workload: Pick<Workload, 'resource' | 'name'>): readonly Permission[]
  /** Reasons against the trigger on this workload, one sentence each. Changes nothing. */
  problems(workload: Workload, api: ApiClient, settings: TriggerSettings): Promise<readonly string[]>
  /** Whether it replaces every old pod, so that the run waits for the end of each one. */
  readonly replacesAll: boolean
  /**
   * Makes pods go away and resolves when the workload is healthy again. It registers other changes in `undo`
   * first, so that they are always undone.
   * @throws LastcallError `LASTCALL_WORKLOAD` when the workload does not become healthy
   */
  pull(ports: TriggerPorts): Promise<void>
}

/** For triggers that work on any workload. */
export const noProblems = (): Promise<readonly string[]> => Promise.resolve([])
