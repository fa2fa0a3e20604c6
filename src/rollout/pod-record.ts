import type { Report } from '../core/report.ts'
import type { Instant } from '../load/sample.ts'

/** Where a pod is in its life. */
export type PodState = 'starting' | 'ready' | 'unready' | 'terminating' | 'gone'

/**
 * How a pod ended. `clean`: exit code 0 after the signal. `exit-code`: another one. `unhandled-signal`:
 * SIGTERM's default action ended it, nobody handled it. `wrapper`: its first process ended after the signal,
 * and the server that this process had started lived on. `killed`: SIGKILL at the end of the grace period.
 * `crashed`: it ended and nobody had asked it to. `not-ready`: it never became ready. `port-taken`: another
 * program was faster, it was started again under another name. `unseen`: it is gone, and its exit code was
 * never reported. `running`: not at all.
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

/** What lastcall, or something that broke, left as a pod's termination message. */
export interface TerminationMessage {
  /** The report, where lastcall in the pod wrote one. */
  readonly report?: Report | undefined
  /** The text, where it is no report: the last words of something that broke. */
  readonly message?: string | undefined
}

/**
 * What was asked whether a pod is ready: lastcall's probe server, a path of the application, its port, or, of
 * a worker that has none of these, whether its process runs.
 */
export type AskedReadiness =
  | { readonly kind: 'probe-server' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'tcp' }
  | { readonly kind: 'running' }

/** What is known of a pod that is a process on this machine. */
export interface LocalPod {
  readonly pid: number | undefined
  readonly port: number
  readonly probePort: number
  readonly http2Port: number
  /** Undefined when it ended before that was found out. */
  readonly readiness?: AskedReadiness | undefined
  /** The signal that ended its first process, when a signal did. */
  readonly exitSignal?: string | null | undefined
}

/** What is known of a pod in a cluster. */
export interface ClusterPod {
  /** How often a container of it was started again. */
  readonly restarts: number
  /** Why its container ended, in the kubelet's word: `Completed`, `Error`, `OOMKilled`. */
  readonly endedBy?: string | undefined
  readonly node?: string | undefined
  /** When its endpoint was first said to terminate, or to be gone. */
  readonly endpointEndedAt?: Instant | undefined
  /** When its readiness probe first failed while it was going away; only where that is asked by HTTP. */
  readonly readinessFailedAt?: Instant | undefined
  /** Begin of the last TCP connect that it accepted, while it was going away. */
  readonly lastAcceptedAt?: Instant | undefined
  /** Begin of the first one after that which it did not accept. */
  readonly firstRefusedAt?: Instant | undefined
  /** The last that lastcall's metrics said, where the pod has some. */
  readonly lastScrape?:
    { readonly at: Instant; readonly forcedCloses: number; readonly inFlight: number } | undefined
}

/** One pod of a run: what every pod has, and beside it what is known of pods of that place. */
export interface PodRecord extends TerminationMessage {
  readonly name: string
  readonly state: PodState
  readonly startedAt: Instant
  readonly readyAt?: Instant | undefined
  readonly deletedAt?: Instant | undefined
  /** When SIGTERM was sent; undefined where nobody can see that. */
  readonly signalledAt?: Instant | undefined
  readonly exitedAt?: Instant | undefined
  readonly exitCode?: number | null | undefined
  readonly ending: PodEnding
  /** What the pod force-closed at its drain timeout, by its own report or the last of its metrics. */
  readonly forceClosed?: number | undefined
  /** The last lines that it wrote; only of a pod that has to be explained. */
  readonly output: readonly string[]
  readonly local?: LocalPod
  readonly cluster?: ClusterPod
}

const harmless: readonly PodEnding[] = ['clean', 'running', 'port-taken']

/** Whether a pod has to be explained: everything but a clean end, no end at all, and bad luck with a port. */
export function isMisbehaved(pod: Pick<PodRecord, 'ending'>): boolean {
  return !harmless.includes(pod.ending)
}

/** Reads a termination message: a report of lastcall's, or the text of something else. Never throws. */
export function readTerminationMessage(text: string): TerminationMessage {
  try {
    const document = JSON.parse(text) as Partial<Report> | null
    return Array.isArray(document?.events) ? { report: document as Report } : { message: text }
  } catch {
    return { message: text }
  }
}
