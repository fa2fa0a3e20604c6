import type { Report } from '../core/report.ts'
import type { Instant } from '../load/sample.ts'

/** The state of a pod. */
export type PodState = 'starting' | 'ready' | 'unready' | 'terminating' | 'gone'

/**
 * How a pod ended. `clean`: exit code 0 after the signal. `exit-code`: another code. `unhandled-signal`: no
 * handler, and SIGTERM's default action ended it. `wrapper`: its first process ended after the signal, but
 * the server that this process had started lived on. `killed`: SIGKILL at the end of the grace period.
 * `crashed`: it ended without being asked to. `not-ready`: it never became ready. `port-taken`: another
 * program took its port first, and it was started again under another name. `unseen`: it is gone, and its
 * exit code was never reported. `running`: it has not ended.
 */
export type PodEnding =
  | 'clean'
  | 'exit-code'
  | 'unhandled-signal'
  | 'wrapper'
  | 'killed'
  | 'crashed'
  | 'not-ready'
  | 'port-taken'
  | 'unseen'
  | 'running'

/** The termination message of a pod, from lastcall or from a failed program. */
export interface TerminationMessage {
  /** The report, if lastcall in the pod wrote one. */
  readonly report?: Report | undefined
  /** The text, if it is not a report: the last words of a failed program. */
  readonly message?: string | undefined
}

/**
 * How the readiness of a pod was checked: lastcall's probe server, a path of the application, its port, or
 * whether its process runs (for a worker that has none of these).
 */
export type AskedReadiness =
  | { readonly kind: 'probe-server' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'tcp' }
  | { readonly kind: 'running' }

/** Facts about a pod that is a process on this machine. */
export interface LocalPod {
  readonly pid: number | undefined
  readonly port: number
  readonly probePort: number
  readonly http2Port: number
  /** Undefined if the pod ended before this was known. */
  readonly readiness?: AskedReadiness | undefined
  /** The signal that ended its first process, if any. */
  readonly exitSignal?: string | null | undefined
}

/** Facts about a pod that is a generation of `lastcall run` on this machine. */
export interface InPlacePod {
  /** Null if it could not be started. */
  readonly pid: number | null
  /** Whether it told the supervisor about itself, as programs with lastcall do. */
  readonly lastcall: boolean
  /** The signal that ended its first process, if any. */
  readonly exitSignal?: string | null | undefined
}

/** Facts about a pod in a cluster. */
export interface ClusterPod {
  /** How often one of its containers was restarted. */
  readonly restarts: number
  /** Why its container ended, in the words of the kubelet: `Completed`, `Error`, `OOMKilled`. */
  readonly endedBy?: string | undefined
  readonly node?: string | undefined
  /** When its endpoint was first reported as terminating or gone. */
  readonly endpointEndedAt?: Instant | undefined
  /** When its readiness probe first failed while it was going away; only for HTTP probes. */
  readonly readinessFailedAt?: Instant | undefined
  /** Start of the last TCP connect that it accepted while it was going away. */
  readonly lastAcceptedAt?: Instant | undefined
  /** Start of the first connect after that which it did not accept. */
  readonly firstRefusedAt?: Instant | undefined
  /** Its last metrics of lastcall, if it has any. */
  readonly lastScrape?:
    { readonly at: Instant; readonly forcedCloses: number; readonly inFlight: number } | undefined
}

/** One pod of a run: facts common to all pods, and those of pods in its place. */
export interface PodRecord extends TerminationMessage {
  readonly name: string
  readonly state: PodState
  readonly startedAt: Instant
  readonly readyAt?: Instant | undefined
  readonly deletedAt?: Instant | undefined
  /** When SIGTERM was sent; undefined if the observer cannot see that. */
  readonly signalledAt?: Instant | undefined
  readonly exitedAt?: Instant | undefined
  readonly exitCode?: number | null | undefined
  readonly ending: PodEnding
  /** Number of force-closes at the drain timeout, from the pod's report or its last metrics. */
  readonly forceClosed?: number | undefined
  /** The last lines of its output; only for a pod whose end needs an explanation. */
  readonly output: readonly string[]
  readonly local?: LocalPod
  readonly inPlace?: InPlacePod
  readonly cluster?: ClusterPod
}

const harmless: readonly PodEnding[] = ['clean', 'running', 'port-taken']

/** Whether the end of a pod needs an explanation. A clean end, no end, and a taken port do not. */
export function isMisbehaved(pod: Pick<PodRecord, 'ending'>): boolean {
  return !harmless.includes(pod.ending)
}

/** Reads a termination message: a report of lastcall, or other text. Never throws. */
export function readTerminationMessage(text: string): TerminationMessage {
  try {
    const document = JSON.parse(text) as Partial<Report> | null
    return Array.isArray(document?.events) ? { report: document as Report } : { message: text }
  } catch {
    return { message: text }
  }
}
