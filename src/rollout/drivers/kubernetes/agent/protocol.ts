import type { LaneChanges } from '../../../../load/lane-changes.ts'
import type { LoadOptions } from '../../../../load/load-options.ts'
import type { LoadRecord } from '../../../../load/load-record.ts'
import type { Target } from '../../../../load/sample.ts'
import type { RunOptions } from '../../../run.ts'
import type { RunFacts } from '../../../run-facts.ts'
import type { Verdict } from '../../../verdict.ts'
import type { WorkloadName } from '../workload-kinds.ts'

/** The workload to observe. */
export interface ObservedWorkload {
  readonly namespace: string
  readonly workload: WorkloadName & { readonly uid: string }
  /** Value for `labelSelector`. */
  readonly selector: string
  /** The Service whose endpoints are watched; absent with `--url` when none is found. */
  readonly service?: string
  /** Port on which the pods listen: a number or the name of a container port. Absent: unknown. */
  readonly targetPort?: string | number
  /** False if the pods are workers or cannot be reached. Then the observer only asks the API server. */
  readonly reachesPods?: boolean
}

/** The agent's job, which it reads from a file next to its bundle. */
export interface AgentJob extends ObservedWorkload {
  /** Destination of the load: the Service's address and ports, or those of `--url`. */
  readonly target: Target
  /** Number of sending pods; the one with index 0 also observes. */
  readonly generators: number
  /** The ConfigMap that carries commands. */
  readonly configMap: string
  /** A run without any command. Absent: wait for commands, or send `load`. */
  readonly run?: OwnRun
  /**
   * The load of an agent without an account, which may neither observe nor read commands. The agent tests
   * this load and then sends it.
   */
  readonly load?: LoadOptions
}

/** A run that the agent does alone. */
export interface OwnRun extends Omit<RunOptions, 'durationMs'> {
  readonly durationMs: number | null
  readonly rolloutTimeoutMs: number
  /** The image that the trigger `image` sets. */
  readonly toImage?: string
  /** Desired number of pods. */
  readonly replicas: number
}

/** Commands for all pods of the agent, in sequence; `n` counts them from 1. */
export type AgentCommand =
  /** Asks for the time. */
  | { readonly n: number; readonly do: 'clock' }
  | { readonly n: number; readonly do: 'self-test'; readonly load: LoadOptions }
  | {
      readonly n: number
      readonly do: 'load'
      readonly load: LoadOptions
      /** The changes from the self-test's answer. An agent that did that test knows them in full. */
      readonly changes: LaneChanges
    }

/** Key of the command in the ConfigMap. */
export const COMMAND_KEY = 'command.json'

/** The agent's facts about a pod, enough to build its record. */
export interface PodFacts {
  readonly name: string
  readonly uid: string
  readonly ip?: string
  readonly node?: string
  readonly phase?: string
  /** Why the whole pod failed, such as `Evicted`. */
  readonly reason?: string
  readonly ready: boolean
  readonly deleting: boolean
  /** How often its containers were restarted. */
  readonly restarts: number
  /** Why the cluster cannot pull one of its images: `ImagePullBackOff: not found`. */
  readonly cannotPull?: string
  /** How the container behind the Service ended, now or before its last restart. */
  readonly terminated?: {
    /** The container has been restarted since. */
    readonly earlier?: true
    readonly exitCode: number
    readonly signal?: number
    readonly reason?: string
    readonly message?: string
  }
}

/** Result of a TCP connect to a pod. `silent`: no answer in time, such as when the pod's network is gone. */
export type ListenerState = 'accepting' | 'refused' | 'silent'

/** lastcall's metrics of a pod. */
export interface Scrape {
  /** Wall clock. */
  readonly atMs: number
  readonly forcedCloses: number
  readonly inFlight: number
}

/** One line of the agent's log, without the fields that every line has. */
export type AgentMessage =
  | { readonly type: 'hello'; readonly version: string; readonly node: string }
  /** Sent every {@link ALIVE_PERIOD_MS}, so that silence means a failure. */
  | { readonly type: 'alive' }
  /** Every watch has read its first list. */
  | { readonly type: 'observing' }
  | { readonly type: 'pod'; readonly change: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly pod: PodFacts }
  | {
      readonly type: 'endpoint'
      readonly address: string
      readonly pod: string
      readonly ready: boolean
      readonly serving: boolean
      readonly terminating: boolean
      /** Whether the address is no longer listed. */
      readonly gone: boolean
    }
  | { readonly type: 'event'; readonly reason: string; readonly about: string; readonly message: string }
  | {
      readonly type: 'listener'
      readonly pod: string
      readonly state: ListenerState
      /** Wall time of the last connect with the previous state; null for the first state. Milliseconds. */
      readonly lastOtherMs: number | null
    }
  /** The readiness probe of a pod has changed its result. */
  | { readonly type: 'readiness'; readonly pod: string; readonly passes: boolean }
  /** The last metrics of a pod that is gone. */
  | { readonly type: 'metrics'; readonly uid: string; readonly scrape: Scrape }
  /** A watch saw changes late or missed some. */
  | {
      readonly type: 'gap'
      readonly watch: string
      readonly fromMs: number
      readonly lost: boolean
      readonly why: string
    }
  | {
      readonly type: 'self-test'
      /** The number of the command that this answers. */
      readonly command: number
      /** Without the bodies and header fields of requests. */
      readonly changes: LaneChanges
      /** Sentences. */
      readonly problems: readonly string[]
    }
  /** The answer to the command `clock`; every line carries the time. */
  | { readonly type: 'clock'; readonly command: number }
  | { readonly type: 'load-started'; readonly command: number }
  /** Counts since the last line of this type. Only the first one contains the changes of the load. */
  | { readonly type: 'load'; readonly part: LoadRecord }
  /** Progress of a run that the agent does alone, for the user. */
  | { readonly type: 'progress'; readonly what: string }
  /** Facts of such a run, and the number of its events. */
  | { readonly type: 'run'; readonly events: number; readonly facts: Omit<RunFacts, 'timeline'> }
  /** Its verdict. */
  | ({ readonly type: 'verdict' } & Verdict)
  /** The last line of an agent that ended normally. */
  | { readonly type: 'end' }
  /** The last line of an agent that cannot continue. */
  | { readonly type: 'broken'; readonly problem: string }

/** How long the load's target may take until its first answer. Milliseconds. */
export const START_TIMEOUT_MS = 30_000

/** Longest time between two lines of an agent. Milliseconds. */
export const ALIVE_PERIOD_MS = 5_000

/** A line with its number (from 1, without gaps) and the time on the agent's clock. */
export type AgentLine = AgentMessage & { readonly n: number; readonly at: number }

/** Writes messages as numbered lines. */
export function createLineWriter(
  write: (text: string) => void,
): (message: AgentMessage, atMs?: number) => void {
  let n = 0
  return (message, atMs = Date.now()) => write(`${JSON.stringify({ n: ++n, at: atMs, ...message })}\n`)
}
