import type { Exit, Request } from './state.ts'

interface Happened {
  /** Wall-clock milliseconds. */
  readonly at: number
}

interface OfGeneration extends Happened {
  readonly generation: number
}

/** Everything that can happen to a supervisor, as past-tense facts. */
export type SupervisorEvent =
  /** The first event. */
  | (Happened & { readonly type: 'started' })
  | (Happened & { readonly type: 'restartRequested'; readonly request: Request })
  | (Happened & { readonly type: 'preStartFinished'; readonly problem: string | null })
  | (OfGeneration & { readonly type: 'becameReady' })
  | (OfGeneration & { readonly type: 'becameUnready'; readonly reason: string })
  | (OfGeneration & { readonly type: 'accepted' })
  /** It shuts down, and nobody has told it to. Its exit follows. */
  | (OfGeneration & { readonly type: 'left'; readonly reason: string })
  /** The last event of a generation, also of one that could not be started (`problem`). */
  | (OfGeneration & { readonly type: 'exited'; readonly exit: Exit; readonly problem?: string })
  | (OfGeneration & { readonly type: 'readyTimedOut' })
  | (Happened & { readonly type: 'soakElapsed' })
  | (Happened & { readonly type: 'backOffElapsed' })
  /** An ending generation has used its time. The first one sends SIGTERM, the second SIGKILL. */
  | (OfGeneration & { readonly type: 'hammerElapsed' })
  | (OfGeneration & { readonly type: 'killElapsed' })
  | (Happened & { readonly type: 'stopRequested'; readonly reason: string })
  /** End what is ending at once. */
  | (Happened & { readonly type: 'hammerRequested' })
