import type { Headers } from './headers.ts'
import type { LaneChanges } from './lane-changes.ts'
import type { PlainRequest } from './plain-request.ts'
import type { LaneName, PickTarget } from './sample.ts'
import type { LoadShare } from './share.ts'
import type { TargetTls } from './tls.ts'

/** Settings for jobs. A producer, which the rollout does not replace, enqueues them for the workers. */
export interface JobsLoad {
  /** `POST URL/ID` enqueues a job, and `GET URL/ID` returns how often it was done. */
  readonly url: string
  readonly perSecond: number
  /** A job that is not done within this time is lost. Milliseconds. */
  readonly timeoutMs: number
  /** Whether a job that is done again is a failure, because the queue promises to do each job once. */
  readonly once: boolean
  /**
   * How long the queue keeps a job locked after its worker is gone. The review of done jobs waits at least
   * this long after the last pod went away. Milliseconds; 0: no wait.
   */
  readonly lockMs: number
  /** How long the load continues after the last pod went away; counts towards `lockMs`. Milliseconds. */
  readonly quietMs: number
}

/** The shape of the load. */
export interface LoadOptions {
  readonly lanes: readonly LaneName[]
  /**
   * The lanes that neither the user nor a route flag named. If the route of such a lane is missing, the lane
   * falls back or is left out; for all others that is an error.
   */
  readonly unasked: readonly LaneName[]
  /** Requests per second of each paced lane (new connections, keep-alive, WebSocket, HTTP/2). */
  readonly ratePerSecond: number
  /** Timeout of one request. A lane with slow answers adds the time that its answer should take. */
  readonly timeoutMs: number
  /** Time that the slow route and a stream should take. Reading a large answer takes twice as long. */
  readonly slowMs: number
  /**
   * How long a server still serves after its signal (the shutdown delay), in milliseconds. A client that is
   * silent for longer cannot be told to leave its connection. Requests that such a client loses to the close
   * have a separate count.
   */
  readonly idleLimitMs: number
  /** Paths of routes by name; an absent route has its own default. */
  readonly paths: Readonly<Record<string, string>>
  /** Requests that the user describes for these lanes, sent in turn. An absent lane sends its own request. */
  readonly requests: Readonly<Record<LaneName, readonly PlainRequest[]>>
  /** Header fields of every request. */
  readonly headers: Headers
  /** Additional fields of single lanes; they have precedence. */
  readonly laneHeaders: Readonly<Record<LaneName, Headers>>
  /** Settings of the lane jobs. Without them the lane cannot run. */
  readonly jobs?: JobsLoad
  /** How the producer of jobs speaks TLS. Left out: its certificate is trusted as Node.js trusts it */
  readonly jobsTls?: TargetTls
}

/** Everything that {@link startLoad} needs besides the options. */
export interface LoadPorts {
  readonly pickTarget: PickTarget
  /** Changes of the self-test; all of them go to the record. Default: none */
  readonly changes?: LaneChanges
  /** The part of the load that this generator sends. Default: all of it */
  readonly share?: LoadShare
}

/** Removes the lanes that cannot run and the operations that do not answer as documented. */
export function withoutLeftOut(
  options: LoadOptions,
  { leftOut, leftOutOperations }: LaneChanges,
): LoadOptions {
  const gone = leftOut.map(({ lane }) => lane)
  const goneOperations = new Set<string | undefined>(leftOutOperations.map(({ operation }) => operation))
  const requests = Object.entries(options.requests).map(
    ([lane, all]) => [lane, all.filter(({ operation }) => !goneOperations.has(operation))] as const,
  )
  return {
    ...options,
    lanes: options.lanes.filter((lane) => !gone.includes(lane)),
    requests: Object.fromEntries(requests),
  }
}

/** The contract of the application under load, and rates that two cores can send and answer. */
export const defaultLoad: Omit<LoadOptions, 'lanes' | 'ratePerSecond'> = {
  timeoutMs: 15_000,
  slowMs: 4_000,
  // The shutdown delay in the chart's defaults.
  idleLimitMs: 2_000,
  unasked: [],
  paths: {},
  requests: {},
  headers: { host: 'localhost' },
  laneHeaders: {},
}
