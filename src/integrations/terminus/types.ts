import type { ServableServer } from '../../node/types.ts'

/** The state that a health check gets. It follows the shutdown, even in a check that keeps the object. */
export interface TerminusState {
  readonly isShuttingDown: boolean
}

/** A health check. It fails by throwing or rejecting; the response shows the value that it resolves to. */
export type HealthCheck = (argument: { state: TerminusState }) => unknown

/** Health checks by path, and two switches. */
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

/** The options of @godaddy/terminus 4.12. The comments describe the differences. */
export interface TerminusOptions {
  readonly healthChecks?: HealthCheckMap | undefined
  /**
   * Whether the paths of the checks ignore case. false.
   * @default false
   */
  readonly caseInsensitive?: boolean | undefined
  /**
   * Milliseconds that requests have to finish. `LASTCALL_DRAIN_TIMEOUT`, else 15000 (terminus: 1000). Several
   * servers share the longest time.
   * @default LASTCALL_DRAIN_TIMEOUT, else 15000
   */
  readonly timeout?: number | undefined
  /**
   * Signal that begins the shutdown. SIGTERM.
   * @default 'SIGTERM'
   */
  readonly signal?: string | undefined
  /** Further signals. lastcall does not modify the list. */
  readonly signals?: readonly string[] | undefined
  /**
   * Whether checks fail after the signal. When absent, all of them do, except those whose path ends in
   * `live`, `livez`, `liveness` or `alive`: a restart would not help a process that finishes its work. true:
   * all of them, as with terminus. false: none.
   */
  readonly sendFailuresDuringShutdown?: boolean | undefined
  /**
   * Status of a passed check. 200.
   * @default 200
   */
  readonly statusOk?: number | undefined
  /**
   * Body of a passed check. `{ status: 'ok' }`. Not modified.
   * @default { status: 'ok' }
   */
  readonly statusOkResponse?: Readonly<Record<string, unknown>> | undefined
  /**
   * Status of a failed check. 503.
   * @default 503
   */
  readonly statusError?: number | undefined
  /**
   * Body of a failed check. `{ status: 'error' }`. Not modified.
   * @default { status: 'error' }
   */
  readonly statusErrorResponse?: Readonly<Record<string, unknown>> | undefined
  /**
   * Whether a clean shutdown ends with 0 instead of by the signal. As PID 1, where signals have no default
   * action, it always ends with 0. false.
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
   * Called at the signal. Requests are served until it has finished, and for at least
   * `LASTCALL_SHUTDOWN_DELAY` (5 s in Kubernetes, else 0).
   */
  readonly beforeShutdown?: (() => unknown) | undefined
  readonly logger?: ((message: string, error: Error) => unknown) | undefined
  /** Header fields for every response of a check. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Older name of `onSignal`. */
  readonly onSigterm?: (() => unknown) | undefined
}

/** The type of {@link createTerminus}. */
export type Terminus = <T extends ServableServer>(server: T, options?: TerminusOptions) => T
