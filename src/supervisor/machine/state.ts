/** How far a generation is. */
export type Phase =
  /** Started; not ready yet. */
  | 'starting'
  /** Ready, and told to wait: the warm generation of `--standby`. */
  | 'standby'
  /** Ready, and told to accept; its servers do not listen yet. */
  | 'accepting'
  /** Its servers listen. */
  | 'serving'
  /** Stopped accepting for its successor, and can accept again until the soak is over. */
  | 'paused'
  /** Told to end. */
  | 'ending'

/** One process of the supervised command. */
export interface Generation {
  /** From 1; never used again. */
  readonly id: number
  readonly phase: Phase
  readonly startedAt: number
  /** When it began to serve; null before. */
  readonly servingSince: number | null
  /** What was used to end it, beyond asking. It only grows: a second hammer must not postpone the end. */
  readonly force: 'none' | 'hammer' | 'kill'
}

/** Why a restart was asked for. */
export interface Request {
  /** Chosen by the caller, and repeated in the `settle` effect. */
  readonly id: number
  readonly reason: string
}

/** Why a generation or a restart failed. */
export type FailureKind = 'pre-start' | 'spawn' | 'not-ready' | 'exited' | 'unready' | 'rolled-back'

/** The last thing that went wrong, for `lastcall status`. */
export interface Failure {
  readonly kind: FailureKind
  readonly generation: number | null
  readonly at: number
  /** A sentence. */
  readonly detail: string
}

/** How a generation ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** The exit that the supervisor's own exit code is made from. */
export interface LastExit extends Exit {
  /** Whether it was the exit of a generation that had served. */
  readonly served: boolean
}

/** Name of a state of the supervisor. */
export type SupervisorStateName =
  'starting' | 'serving' | 'checking' | 'replacing' | 'soaking' | 'waiting' | 'stopping' | 'stopped'

/** The state of the supervisor. Ids refer to `generations`, which lists every process that has not exited. */
export interface State {
  readonly name: SupervisorStateName
  readonly generations: readonly Generation[]
  /** Who serves; in `soaking` the new one. Null while nobody does. */
  readonly current: number | null
  /**
   * The candidate that is being started; null otherwise. One that is `ending` was killed for a restart: the
   * new one starts when it has exited.
   */
  readonly next: number | null
  /** In `soaking`: the one before, which can accept again. Null when it has exited. */
  readonly previous: number | null
  /** The warm generation, starting or ready; null without one. */
  readonly standby: number | null
  /** The restart in progress. */
  readonly request: Request | null
  /** The restart that begins when this one is over. A later request replaces it. */
  readonly queued: Request | null
  /** How often in a row nobody served any more. A generation that outlives the soak sets it to 0. */
  readonly crashes: number
  readonly restarts: { readonly completed: number; readonly failed: number; readonly rolledBack: number }
  readonly lastFailure: Failure | null
  /** Of the last generation that had served; of the last one of all while none has. */
  readonly lastExit: LastExit | null
  readonly nextId: number
  /** In `stopping`: the highest one so far. In `stopped`: the supervisor's own. Null before. */
  readonly exitCode: number | null
  readonly settings: Settings
}

/** Whether any generation has ever served. Before that, sockets may refuse connections. */
export function hasServed({ generations, lastExit }: State): boolean {
  return lastExit?.served === true || generations.some(({ servingSince }) => servingSince !== null)
}

/** Numbers that the machine needs. Milliseconds. */
export interface Settings {
  readonly readyTimeoutMs: number
  readonly soakMs: number
  /** How long an ending generation may take before it is hammered. */
  readonly hammerAfterMs: number
  /** Between SIGTERM and SIGKILL of the hammer. */
  readonly killAfterMs: number
  readonly backOff: { readonly firstMs: number; readonly maxMs: number }
  /** After this many crashes in a row the supervisor ends. */
  readonly crashLimit: number
  readonly standby: boolean
  readonly preStart: boolean
}

/** Where every supervisor begins. */
export function initialState(settings: Settings): State {
  return {
    name: 'starting',
    generations: [],
    current: null,
    next: null,
    previous: null,
    standby: null,
    request: null,
    queued: null,
    crashes: 0,
    restarts: { completed: 0, failed: 0, rolledBack: 0 },
    lastFailure: null,
    lastExit: null,
    nextId: 1,
    exitCode: null,
    settings,
  }
}
