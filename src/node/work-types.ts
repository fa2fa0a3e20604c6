/**
 * Stops a worker. It takes no work any more as soon as this is called, and the promise that this returns
 * settles when the work in hand is finished. The signal is aborted when the drain timeout is nearly up.
 */
export type WorkerStop = (signal: AbortSignal) => unknown

/** One piece of work that keeps the drain open until it is released. */
export interface Hold extends Disposable {
  /** Aborted when the drain timeout is nearly up: save where the work is, or give it back. */
  readonly signal: AbortSignal
  /** Says that the work is finished. A second call does nothing. */
  release(): void
}
