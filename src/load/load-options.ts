import type { Headers } from './headers.ts'
import type { LaneChanges } from './lane-changes.ts'
import type { PlainRequest } from './plain-request.ts'
import type { LaneName, PickTarget } from './sample.ts'
import type { LoadShare } from './share.ts'

/** Jobs for workers, which a producer enqueues: a server that is not rolled. */
export interface JobsLoad {
  /** `POST URL/ID` enqueues a job, `GET URL/ID` says how often it was done. */
  readonly url: string
  readonly perSecond: number
  /** A job that was not done after this time is lost. Milliseconds. */
  readonly timeoutMs: number
  /** Whether a job that is done again is a failure: the queue promises that it is done once. */
  readonly once: boolean
  /**
   * How long the queue keeps a job for a worker that took it and is gone, until another worker may take it.
   * Done jobs are asked about again no sooner than that after the last pod went away. 0: at once.
   * Milliseconds.
   */
  readonly lockMs: number
  /** How long the load goes on after the last pod went away, which is a part of `lockMs`. Milliseconds. */
  readonly quietMs: number
}

/** The shape of the load. */
export interface LoadOptions {
  readonly lanes: readonly LaneName[]
  /**
   * Those of them that nobody named, nor a route of theirs. One of these whose route is missing falls back or
   * is left out; for all others that is an error.
   */
  readonly unasked: readonly LaneName[]
  /** Requests per second of each paced lane (new connections, keep-alive, WebSocket, HTTP/2). */
  readonly ratePerSecond: number
  /**
   * How long one request may take before it is given up as failed; a lane that is answered slowly gets as
   * long as its answer takes in addition.
   */
  readonly timeoutMs: number
  /** How long the slow route and a stream are asked to take; reading a large answer takes twice as long. */
  readonly slowMs: number
  /**
   * How long a server goes on serving after its signal (the shutdown delay), in milliseconds. A client that
   * says nothing for longer cannot be told to leave its connection; what such a request loses to the close is
   * counted apart.
   */
  readonly idleLimitMs: number
  /** Paths of the lanes' routes by their names; a route that is left out has its own default. */
  readonly paths: Readonly<Record<string, string>>
  /** What the user has these lanes send, in turn; a lane that is left out sends a request of its own. */
  readonly requests: Readonly<Record<LaneName, readonly PlainRequest[]>>
  /** Header fields of every request. */
  readonly headers: Headers
  /** Further ones of single lanes, which win. */
  readonly laneHeaders: Readonly<Record<LaneName, Headers>>
  /** What the lane jobs needs. Left out: it cannot run */
  readonly jobs?: JobsLoad
}

/** What {@link startLoad} needs besides the shape. */
export interface LoadPorts {
  readonly pickTarget: PickTarget
  /** What the self-test changed; all of it goes to the record. None */
  readonly changes?: LaneChanges
  /** The part of the load that is sent here. All of it */
  readonly share?: LoadShare
}

/** The same load without the lanes that cannot run, and the operations that do not answer as documented. */
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

/** The contract of the application under load, and a load that two cores can send and answer. */
export const defaultLoad: Omit<LoadOptions, 'lanes' | 'ratePerSecond'> = {
  timeoutMs: 15_000,
  slowMs: 4_000,
  // The shutdown delay of the chart's defaults.
  idleLimitMs: 2_000,
  unasked: [],
  paths: {},
  requests: {},
  headers: { host: 'localhost' },
  laneHeaders: {},
}
