import {
  type ClusterPod,
  readTerminationMessage,
  type TerminationMessage,
} from '../src/rollout/pod-record.ts'

/** What was seen of one pod, with times in milliseconds since the watch began. */
export interface PodRecord extends TerminationMessage, Mutable<ClusterPod> {
  readonly name: string
  readonly seenAt: number
  readyAt?: number
  deletedAt?: number
  unreadyAt?: number
  goneAt?: number
  exitCode?: number
  /** 503 of /readyz, asked while it was terminating. */
  readyzFailed: boolean
  maxInFlight: number
  readonly log: string[]
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

interface Terminated {
  readonly exitCode: number
  readonly reason?: string
  readonly message?: string
}

interface ContainerState {
  readonly terminated?: Terminated
}

/** What is read of a pod that the API server sends. */
export interface PodObject {
  readonly metadata: {
    readonly name: string
    readonly deletionTimestamp?: string
    readonly resourceVersion?: string
  }
  readonly status: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly {
      readonly restartCount?: number
      readonly state?: ContainerState
      readonly lastState?: ContainerState
    }[]
  }
}

/** A pod that is seen for the first time. */
export function newPod(name: string, seenAt: number): PodRecord {
  return { name, seenAt, restarts: 0, readyzFailed: false, maxInFlight: 0, log: [] }
}

/**
 * Notes how the containers of a pod ended, and how often they were started again. Never throws, whatever a
 * crashed pod has left.
 */
export function noteTermination(pod: PodRecord, { status }: PodObject): void {
  const containers = status.containerStatuses ?? []
  pod.restarts = Math.max(
    pod.restarts,
    containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
  )
  const [first] = containers
  const terminated = first?.state?.terminated ?? first?.lastState?.terminated
  if (!terminated) return
  pod.exitCode = terminated.exitCode
  pod.endedBy = terminated.reason ?? ''
  if (terminated.message !== undefined) Object.assign(pod, readTerminationMessage(terminated.message))
}
