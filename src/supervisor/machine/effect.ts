import type { Request } from './state.ts'

/** A timer of the supervisor as a whole, or of one generation. */
export type Timer =
  | { readonly name: 'soak' | 'backOff' }
  | { readonly name: 'ready' | 'hammer' | 'kill'; readonly generation: number }

/** How a restart ended, for the caller that asked for it. */
export type RestartResult =
  | { readonly outcome: 'completed'; readonly generation: number }
  | { readonly outcome: 'failed' | 'rolled-back' | 'superseded' | 'stopped'; readonly detail: string }

/** What the machine asks its interpreter to do. The order in a list is the order of execution. */
export type SupervisorEffect =
  | { readonly type: 'startTimer'; readonly timer: Timer; readonly ms: number }
  | { readonly type: 'stopTimer'; readonly timer: Timer }
  /**
   * Dispatch `preStartFinished` when the user's command has ended. After a crash it may be asked for again
   * while an earlier run goes on: only the latest run answers.
   */
  | { readonly type: 'runPreStart'; readonly reason: string }
  /** Start a process. `exited` with a problem follows when that is not possible. */
  | { readonly type: 'spawn'; readonly generation: number }
  | { readonly type: 'accept'; readonly generation: number }
  | { readonly type: 'pause'; readonly generation: number }
  | { readonly type: 'resume'; readonly generation: number }
  /** End it for its successor: it drains with a shutdown delay for idle connections. */
  | { readonly type: 'drain'; readonly generation: number }
  /** Send SIGTERM to its first process. */
  | { readonly type: 'terminate'; readonly generation: number }
  /** Send SIGKILL to everything that it started. */
  | { readonly type: 'kill'; readonly generation: number }
  | { readonly type: 'settle'; readonly request: Request; readonly result: RestartResult }
  /** Everything has ended. */
  | { readonly type: 'finish'; readonly exitCode: number }
