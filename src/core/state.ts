/** Facts about a running or finished shutdown. Times are wall-clock milliseconds. */
export interface Shutdown {
  /** The reason given by the first caller. Later reasons do not replace it. */
  readonly reason: string
  readonly startedAt: number
  /** Whether readiness already answers 503. */
  readonly readinessFailing: boolean
  /** Whether work has been told that the drain timeout is nearly up. */
  readonly deadlineNear: boolean
  /** False after a hook failed or the exit was forced. Forced closes are counted elsewhere. */
  readonly clean: boolean
  readonly deadlines: Deadlines
  readonly timing: Timing
}

/** Latest end of each phase. A later event can only make it earlier. */
export interface Deadlines {
  readonly delayEndsAt: number
  readonly drainEndsAt: number
  readonly hooksEndAt: number
}

/** How long each phase may take. Milliseconds. */
export interface Timing {
  readonly readinessFailDelayMs: number
  readonly shutdownDelayMs: number
  readonly drainTimeoutMs: number
  readonly hooksTimeoutMs: number
  readonly deadlineNoticeMs: number
}

/** The state of a lifecycle. Each variant has only the fields that exist in it. */
export type State =
  | { readonly name: 'starting'; readonly completed: boolean; readonly heldBy: string | null }
  | { readonly name: 'ready' }
  | { readonly name: 'unready'; readonly reason: string }
  | { readonly name: 'delaying'; readonly shutdown: Shutdown }
  | { readonly name: 'draining'; readonly shutdown: Shutdown }
  | { readonly name: 'stopping'; readonly shutdown: Shutdown }
  | { readonly name: 'stopped'; readonly shutdown: Shutdown; readonly exitCode: number }

/** Name of a state. */
export type StateName = State['name']

/** All state names in the order a lifecycle goes through them. */
export const stateNames: readonly StateName[] = [
  'starting',
  'ready',
  'unready',
  'delaying',
  'draining',
  'stopping',
  'stopped',
]

/** The states of a running shutdown, in their order. */
export const shutdownPhases = ['delaying', 'draining', 'stopping'] as const

/** A state of {@link shutdownPhases}. */
export type ShutdownPhase = (typeof shutdownPhases)[number]

/** Whether a shutdown is running: it has begun and is not over. */
export function isShutdownPhase(name: StateName): name is ShutdownPhase {
  return (shutdownPhases as readonly StateName[]).includes(name)
}

/** Whether the shutdown has begun. Stays true after its end. */
export function isShuttingDown(name: StateName): boolean {
  return isShutdownPhase(name) || name === 'stopped'
}

/** Whether the drain is over: the stop hooks are running or have run. */
export function isDrainOver(name: StateName): boolean {
  return name === 'stopping' || name === 'stopped'
}

/** The shutdown in a state for which {@link isShuttingDown} is true; null before it. */
export function shutdownOf(state: State): Shutdown | null {
  return 'shutdown' in state ? state.shutdown : null
}

/** Where every lifecycle begins. */
export const initialState: State = { name: 'starting', completed: false, heldBy: null }
