import type { InFlightKind } from './in-flight.ts'
import type { StateName } from './state.ts'

/** The document of `lastcall status --json`. */
export interface SupervisorStatus {
  readonly schemaVersion: 2
  readonly kind: 'supervisor-status'
  readonly pid: number
  readonly command: readonly string[]
  readonly state: string
  readonly ready: boolean
  readonly startedAt: string
  /** `reusePort`: each generation binds the address by itself, with SO_REUSEPORT. */
  readonly listen: readonly {
    readonly name: string
    readonly address: string
    readonly reusePort: boolean
  }[]
  readonly generations: readonly GenerationStatus[]
  /** The last 20 generations that have ended, in the order of their ends. */
  readonly ended: readonly EndedGeneration[]
  readonly restarts: { readonly completed: number; readonly failed: number; readonly rolledBack: number }
  /** Generations that crashed one after the other while nobody served. */
  readonly crashes: number
  readonly queued: string | null
  readonly lastFailure: {
    readonly kind: string
    readonly generation: number | null
    readonly at: string
    readonly detail: string
  } | null
}

/** One generation in {@link SupervisorStatus}. */
export interface GenerationStatus {
  readonly generation: number
  readonly pid: number | null
  /** Of the supervisor's machine: starting, standby, accepting, serving, paused, ending. */
  readonly phase: string
  readonly ageMs: number
  /** Of its lifecycle; null when it has none, or does not answer. */
  readonly state: StateName | null
  readonly inFlight: Readonly<Record<InFlightKind, number>> | null
  readonly connections: number | null
}

/** How a generation has ended, in {@link SupervisorStatus}. */
export interface EndedGeneration {
  readonly generation: number
  /** Whether it had been told to end. */
  readonly asked: boolean
  readonly at: string
  /** Null when a signal ended it, or it could not be started. */
  readonly code: number | null
  readonly signal: string | null
}

/** What a control socket is asked, as one JSON line. */
export type ControlCommand =
  | { readonly command: 'status' }
  | { readonly command: 'restart'; readonly reason: string }
  | { readonly command: 'stop' }
  | { readonly command: 'hammer' }

/**
 * Its answer, as one JSON line. `restart` answers when the restart is over, `stop` when everything has ended.
 */
export type ControlAnswer =
  | {
      readonly ok: true
      readonly status?: SupervisorStatus
      readonly detail?: string
      readonly generation?: number
    }
  | { readonly ok: false; readonly outcome: string; readonly detail: string }
