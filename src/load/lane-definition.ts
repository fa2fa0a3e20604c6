import type { Headers } from './headers.ts'
import type { Lane } from './lane.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'
import type { Route } from './route.ts'
import type { LaneName, PickTarget, Sample, SampleError } from './sample.ts'
import type { RequestIdentity } from './trace.ts'

/** The request with which the self-test tries a lane. */
export interface TrialRequest extends RequestIdentity, LaneRequest {
  readonly headers: Headers
  readonly timeoutMs: number
  readonly pickTarget: PickTarget
}

/** How the self-test tries a lane. It tries lanes with the same trial and request once. */
export interface LaneTrial {
  /** The requests of the lane, sent in turn; at least one. */
  readonly requests: (options: LoadOptions, lane: LaneName) => readonly LaneRequest[]
  /**
   * How long the answer should take, in milliseconds. A route that takes less than half of it leaves the lane
   * out: nothing would be in flight at a signal. 0: any time will do
   */
  readonly askedMs: (options: LoadOptions) => number
  /**
   * Bytes of an answer that the lane reads per second; the size of the answer then tells how long it takes.
   * Default: the trial measures the time
   */
  readonly bytesPerSecond?: number
  /** Sends the request once. Never rejects. */
  readonly send: (request: TrialRequest, options: LoadOptions) => Promise<Sample>
  /** Describes the destination when it is not the port of the other lanes. Default: none */
  readonly where?: (sample: Sample) => string
  /** What to do when the route does not answer as expected; it follows a semicolon. */
  readonly remedy: string
}

/** Everything about a lane, which is one style of load. `lanes/index.ts` lists all lanes. */
export interface LaneDefinition {
  readonly name: LaneName
  /** Whether the lane runs by default, because most servers have its routes in some form. */
  readonly unasked: boolean
  /** Whether a run without the lane proves too little. No message suggests leaving such a lane out. */
  readonly essential: boolean
  /** Whether the lane sends nothing to the pods, so that they need no port. Default: no */
  readonly passesPodsBy?: boolean
  /**
   * Singular noun for what the lane sends. Reports show it, and the rate flag is `--NOUNs-rate`. Default:
   * request
   */
  readonly noun?: string
  /** What the lane sends, in Markdown. */
  readonly sends: string
  /** Problems that only this lane meets, in Markdown. */
  readonly meets: string
  readonly routes: readonly Route[]
  /** Names of further counts besides requests and failures ({@link Sample.counts}); each is a column. */
  readonly columns: readonly string[]
  readonly run: Lane
  readonly trial: LaneTrial
  /**
   * The trial for requests that the user describes in {@link LoadOptions.requests}. A lane without it sends
   * only requests of its own.
   */
  readonly described?: LaneTrial
  /** What a default lane sends when its route is missing. A lane without a fallback is left out. */
  readonly fallback?: LaneTrial
  /**
   * Describes the failure in one sentence where the lane knows more than the error code; undefined otherwise.
   */
  readonly explain?: (sample: Sample, error: SampleError) => string | undefined
  /**
   * Whether the request was lost in a way that no server can prevent; such failures have a separate count.
   * `idleLimitMs` is that of the load.
   */
  readonly isRaced?: (sample: Sample, idleLimitMs: number) => boolean
}
