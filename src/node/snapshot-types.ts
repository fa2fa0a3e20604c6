import type { InFlightKind, ServedCounts } from '../core/in-flight.ts'
import type { StateName } from '../core/state.ts'

/** Present numbers of one served server. */
export interface ServerSnapshot {
  readonly name: string
  /** Scheme of the server's URLs, null for raw TCP. */
  readonly scheme: 'http' | 'https' | null
  readonly inFlight: ServedCounts
  /** Milliseconds since the oldest of each kind began; 0 when there is none. */
  readonly oldestInFlightMs: ServedCounts
  readonly connections: { readonly active: number; readonly idle: number }
  /** Wall-clock milliseconds; null before the first connection. */
  readonly lastNewConnectionAt: number | null
}

/** Present numbers of a lifecycle, for metrics. Times are wall-clock milliseconds. */
export interface Snapshot {
  readonly state: StateName
  /** The servers that are served now, without closed ones. */
  readonly servers: readonly ServerSnapshot[]
  /** When the last connection came to any server, including closed ones. Null before the first connection. */
  readonly lastNewConnectionAt: number | null
  readonly shutdownStartedAt: number | null
  /** Holds that are not released and, during the shutdown, workers that have not stopped. */
  readonly workInFlight: number
  /**
   * Milliseconds that a running shutdown has left: until SIGKILL when a signal began it and `gracePeriodMs`
   * is known, else until its own last deadline. Negative after that moment; null when no shutdown runs.
   */
  readonly budgetLeftMs: number | null
  /** Milliseconds spent in each state of the shutdown so far. */
  readonly phasesMs: Readonly<Partial<Record<StateName, number>>>
  readonly requestsAfterShutdown: Readonly<Partial<Record<StateName, number>>>
  readonly forcedCloses: Readonly<Partial<Record<InFlightKind, number>>>
}
