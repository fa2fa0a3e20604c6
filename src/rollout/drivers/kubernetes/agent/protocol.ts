import type { LaneChanges } from '../../../../load/lane-changes.ts'
import type { LoadOptions } from '../../../../load/load-options.ts'
import type { LoadRecord } from '../../../../load/load-record.ts'
import type { Target } from '../../../../load/sample.ts'
import type { RunOptions } from '../../../run.ts'
import type { RunFacts } from '../../../run-facts.ts'
import type { Verdict } from '../../../verdict.ts'
import type { WorkloadName } from '../workload-kinds.ts'

/** What is observed. */
export interface ObservedWorkload {
  readonly namespace: string
  readonly workload: WorkloadName & { readonly uid: string }
  /** Text for `labelSelector`. */
  readonly selector: string
  /** The Service whose endpoints are watched; left out with `--url` where none is found. */
  readonly service?: string
  /** The port on which the pods listen, a number or the name of a container's port; left out: unknown. */
  readonly targetPort?: string | number
  /** False where pods cannot be reached, or are workers: then only the API server is asked. */
  readonly reachesPods?: boolean
}

/** What the agent is to look at; a file beside its bundle. */
export interface AgentJob extends ObservedWorkload {
  /** Where the load goes: the Service's address and ports, or those of `--url`. */
  readonly target: Target
  /** How many pods send; the one with index 0 observes, too. */
  readonly generators: number
  /** The ConfigMap in which commands come. */
  readonly configMap: string
  /** A run to do without any command; left out: wait for commands, or send `load`. */
  readonly run?: OwnRun
  /**
   * The load of an agent without an account, which may neither observe nor read commands. It tests this load
   * and then sends it.
   */
  readonly load?: LoadOptions
}

/** A run that the agent does alone. */
export interface OwnRun extends Omit<RunOptions, 'durationMs'> {
  readonly durationMs: number | null
  readonly rolloutTimeoutMs: number
  /** What the trigger `image` changes to. */
  readonly toImage?: string
  /** Pods that the workload wants. */
  readonly replicas: number
}

/** What the agent is asked to do, all its pods alike, one after the other; `n` counts them from 1. */
export type AgentCommand =
  /** Says what time it is. */
  | { readonly n: number; readonly do: 'clock' }
  | { readonly n: number; readonly do: 'self-test'; readonly load: LoadOptions }
  | {
      readonly n: number
      readonly do: 'load'
      readonly load: LoadOptions
      /** Those of the self-test's answer; the agent knows them in full when it has made that test. */
      readonly changes: LaneChanges
    }

/** Where a command is in the ConfigMap. */
export const COMMAND_KEY = 'command.json'

/** What the agent saw of a pod, with everything that a record of it needs. */
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
  /** How often its containers were started again. */
  readonly restarts: number
  /** Why the cluster cannot pull an image of it: `ImagePullBackOff: not found`. */
  readonly cannotPull?: string
  /** How the container behind the Service ended, now or before its last restart. */
  readonly terminated?: {
    /** It has been started again since. */
    readonly earlier?: true
    readonly exitCode: number
    readonly signal?: number
    readonly reason?: string
    readonly message?: string
  }
}

/** What a TCP connect to a pod met. `silent`: no answer in time, as when the pod's network is gone. */
export type ListenerState = 'accepting' | 'refused' | 'silent'

/** What lastcall's metrics said of a pod. */
export interface Scrape {
  /** Wall clock. */
  readonly atMs: number
  readonly forcedCloses: number
  readonly inFlight: number
}

/** One line of the agent's log, without what every line has. */
export type AgentMessage =
  | { readonly type: 'hello'; readonly version: string; readonly node: string }
  /** Said every {@link ALIVE_PERIOD_MS}, so that silence means that something is broken. */
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
      /**
       * Wall time at which the last connect met the state before this one; null for the first. Milliseconds.
       */
      readonly lastOtherMs: number | null
    }
  /** The readiness probe of a pod answers otherwise than before. */
  | { readonly type: 'readiness'; readonly pod: string; readonly passes: boolean }
  /** The last that lastcall's metrics said of a pod that is gone. */
  | { readonly type: 'metrics'; readonly uid: string; readonly scrape: Scrape }
  /** A watch saw changes late, or lost some. */
  | {
      readonly type: 'gap'
      readonly watch: string
      readonly fromMs: number
      readonly lost: boolean
      readonly why: string
    }
  | {
      readonly type: 'self-test'
      /** The command that this answers. */
      readonly command: number
      /** Without the bodies and header fields of requests. */
      readonly changes: LaneChanges
      /** Sentences. */
      readonly problems: readonly string[]
    }
  /** The answer to the question for the time, which every line has. */
  | { readonly type: 'clock'; readonly command: number }
  | { readonly type: 'load-started'; readonly command: number }
  /** What was counted since the last line of this type. Only the first one has the changes of the load. */
  | { readonly type: 'load'; readonly part: LoadRecord }
  /** A step of a run that the agent does alone, for people. */
  | { readonly type: 'progress'; readonly what: string }
  /** What such a run was, and how many events it had. */
  | { readonly type: 'run'; readonly events: number; readonly facts: Omit<RunFacts, 'timeline'> }
  /** What it came to. */
  | ({ readonly type: 'verdict' } & Verdict)
  /** The last line of an agent that came to its end. */
  | { readonly type: 'end' }
  /** The last line of an agent that cannot go on. */
  | { readonly type: 'broken'; readonly problem: string }

/** How long what is sent to may take to answer for the first time. Milliseconds. */
export const START_TIMEOUT_MS = 30_000

/** How often an agent says at least something. Milliseconds. */
export const ALIVE_PERIOD_MS = 5_000

/** A line: its number, from 1 without gaps, and when it was written by the agent's clock. */
export type AgentLine = AgentMessage & { readonly n: number; readonly at: number }

/** Writes messages as lines with their numbers. */
export function createLineWriter(
  write: (text: string) => void,
): (message: AgentMessage, atMs?: number) => void {
  let n = 0
  return (message, atMs = Date.now()) => write(`${JSON.stringify({ n: ++n, at: atMs, ...message })}\n`)
}
