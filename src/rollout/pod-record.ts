import type { Instant } from '../load/sample.ts'

/** Where a pod is in its life. */
export type PodState = 'starting' | 'ready' | 'unready' | 'terminating' | 'gone'

/**
 * How a pod ended. `clean`: exit code 0 after the signal. `exit-code`: another one. `unhandled-signal`: SIGTERM's default action ended it, nobody handled it.
 * `killed`: SIGKILL at the end of the grace period. `crashed`: it ended and nobody had asked it to. `not-ready`: it never became ready.
 * `port-taken`: another program was faster, it was started again under another name. `running`: not at all.
 */
export type PodEnding =
  'clean' | 'exit-code' | 'unhandled-signal' | 'killed' | 'crashed' | 'not-ready' | 'port-taken' | 'running'

/** One pod of a run. */
export interface PodRecord {
  readonly name: string
  readonly pid: number | undefined
  readonly port: number
  readonly probePort: number
  readonly http2Port: number
  readonly state: PodState
  readonly startedAt: Instant
  readonly readyAt?: Instant | undefined
  readonly deletedAt?: Instant | undefined
  readonly signalledAt?: Instant | undefined
  readonly exitedAt?: Instant | undefined
  readonly exitCode?: number | null | undefined
  readonly exitSignal?: string | null | undefined
  readonly ending: PodEnding
  /** What lastcall in the pod left as its termination message: JSON, or its text when it is none. */
  readonly report?: unknown
  /** What the pod cut off at its drain timeout, by its own report. */
  readonly cutOff?: number | undefined
  /** The last lines that it wrote; only of a pod that has to be explained. */
  readonly output: readonly string[]
}

const harmless: readonly PodEnding[] = ['clean', 'running', 'port-taken']

/** Whether a pod has to be explained: everything but a clean end, no end at all, and bad luck with a port. */
export function isMisbehaved(pod: Pick<PodRecord, 'ending'>): boolean {
  return !harmless.includes(pod.ending)
}

/** Reads the number of forced closes from a termination message of lastcall's; undefined when it is none. */
export function readCutOff(report: unknown): number | undefined {
  const total = (report as { forcedCloses?: { total?: unknown } } | null | undefined)?.forcedCloses?.total
  return typeof total === 'number' ? total : undefined
}
