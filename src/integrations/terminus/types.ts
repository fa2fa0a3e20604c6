import type { ServableServer } from '../../node/types.ts'

/** What a health check is told. It follows the shutdown: a check that keeps it sees it change. */
export interface TerminusState {
  readonly isShuttingDown: boolean
}

/** A health check: fails by throwing or rejecting; what it resolves to is shown in the response. */
export type HealthCheck = (argument: { state: TerminusState }) => unknown

/** Health checks by path, and two switches among them. */
export interface HealthCheckMap {
  /**
   * Puts what a check resolves to at the top of the response instead of under `info` and `details`. false.
   * @default false
   */
  readonly verbatim?: boolean | undefined
  /**
   * Shows the stacks of errors to everybody who asks. false.
   * @default false
   */
  readonly __unsafeExposeStackTraces?: boolean | undefined
  readonly [path: string]: HealthCheck | boolean | undefined
}

/** The options of @godaddy/terminus 4.12. What is said here is what differs. */
export interface TerminusOptions {
  readonly healthChecks?: HealthCheckMap | undefined
  /**
   * Whether case does not matter in the paths of the checks. false.
   * @default false
   */
  readonly caseInsensitive?: boolean | undefined
  /**
   * Milliseconds that requests have to end. `LASTCALL_DRAIN_TIMEOUT`, else 15000 (terminus: 1000). Several
   * servers share the longest.
   * @default LASTCALL_DRAIN_TIMEOUT, else 15000
   */
  readonly timeout?: number | undefined
  /**
   * SIGTERM.
   * @default 'SIGTERM'
   */
  readonly signal?: string | undefined
  /** Further signals. Never changed. */
  readonly signals?: readonly string[] | undefined
  /**
   * Whether checks answer with failure from the signal on. Left out: all but those whose path ends in `live`,
   * `livez`, `liveness` or `alive`, since a restart would not help a process that is finishing its work.
   * true: all, as with terminus. false: none.
   */
  readonly sendFailuresDuringShutdown?: boolean | undefined
  /**
   * 200.
   * @default 200
   */
  readonly statusOk?: number | undefined
  /**
   * `{ status: 'ok' }`. Never changed.
   * @default { status: 'ok' }
   */
  readonly statusOkResponse?: Readonly<Record<string, unknown>> | undefined
  /**
   * 503.
   * @default 503
   */
  readonly statusError?: number | undefined
  /**
   * `{ status: 'error' }`. Never changed.
   * @default { status: 'error' }
   */
  readonly statusErrorResponse?: Readonly<Record<string, unknown>> | undefined
  /**
   * Whether a clean shutdown ends with 0 instead of with the signal. As PID 1, where signals do nothing, it
   * is 0 in any case. false.
   * @default false
   */
  readonly useExit0?: boolean | undefined
  /** Called after the last response of all servers. */
  readonly onSignal?: (() => unknown) | undefined
  /** Called before each failure that is sent because of the shutdown. */
  readonly onSendFailureDuringShutdown?: (() => unknown) | undefined
  /** Called after every `onSignal`. */
  readonly onShutdown?: (() => unknown) | undefined
  /**
   * Called at the signal; everything is served until it is over, and at least for `LASTCALL_SHUTDOWN_DELAY`
   * (5 s in Kubernetes, else 0).
   */
  readonly beforeShutdown?: (() => unknown) | undefined
  readonly logger?: ((message: string, error: Error) => unknown) | undefined
  /** Added to every answer of a check. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Older name of `onSignal`. */
  readonly onSigterm?: (() => unknown) | undefined
}

/** The type of {@link createTerminus}. */
export type Terminus = <T extends ServableServer>(server: T, options?: TerminusOptions) => T
