import type { Headers } from './headers.ts'
import type { Lane } from './lane.ts'
import type { LoadOptions } from './load-options.ts'
import type { LaneRequest } from './plain-request.ts'
import type { Route } from './route.ts'
import type { LaneName, PickTarget, Sample, SampleError } from './sample.ts'
import type { RequestIdentity } from './trace.ts'

/** The one request by which the self-test tries a lane. */
export interface TrialRequest extends RequestIdentity, LaneRequest {
  readonly headers: Headers
  readonly timeoutMs: number
  readonly pickTarget: PickTarget
}

/** How the self-test tries a lane. Lanes that share a trial and its request are tried once. */
export interface LaneTrial {
  /** What the lane sends, in turn; at least one. */
  readonly requests: (options: LoadOptions, lane: LaneName) => readonly LaneRequest[]
  /**
   * How long the answer is to take, in milliseconds. A route that takes less than half of it leaves the lane
   * out: nothing would be in flight at a signal. 0: any time will do
   */
  readonly askedMs: (options: LoadOptions) => number
  /**
   * How many bytes of an answer the lane reads in a second: its size then says how long it takes. Left out:
   * the trial measures that
   */
  readonly bytesPerSecond?: number
  /** Sends the request once. Never rejects. */
  readonly send: (request: TrialRequest, options: LoadOptions) => Promise<Sample>
  /** Where it was sent, in words, when that is not the port of the other lanes. None */
  readonly where?: (sample: Sample) => string
  /** What to do when the route does not answer as wanted, in words that follow a semicolon. */
  readonly remedy: string
}

/** Everything about a lane, which is one style of load. The list of all is in `lanes/index.ts`. */
export interface LaneDefinition {
  readonly name: LaneName
  /** Whether it runs unasked, because most servers have its routes in some form. */
  readonly unasked: boolean
  /** Whether a run without it proves too little, so that nobody is told to leave it out. */
  readonly essential: boolean
  /** Whether it sends nothing to the pods, so that they need no port. No */
  readonly passesPodsBy?: boolean
  /** What one of what it sends is called in a report; its rate flag is `--NOUNs-rate`. request */
  readonly noun?: string
  /** What it sends, in Markdown. */
  readonly sends: string
  /** What it meets that other lanes do not, in Markdown. */
  readonly meets: string
  readonly routes: readonly Route[]
  /** Names of what it counts besides requests and failures ({@link Sample.counts}); each is a column. */
  readonly columns: readonly string[]
  readonly run: Lane
  readonly trial: LaneTrial
  /**
   * The same for requests that the user describes, in {@link LoadOptions.requests}. A lane without it sends
   * nothing but requests of its own.
   */
  readonly described?: LaneTrial
  /** What the lane sends where its own route is missing and nobody named it; one without is left out. */
  readonly fallback?: LaneTrial
  /**
   * Says in one sentence what a failed request met, where this lane knows it better than the error's code;
   * undefined where it does not.
   */
  readonly explain?: (sample: Sample, error: SampleError) => string | undefined
  /**
   * Whether a failed request was lost in a way that no server can prevent, so that it is counted apart.
   * `idleLimitMs` is that of the load.
   */
  readonly isRaced?: (sample: Sample, idleLimitMs: number) => boolean
}
