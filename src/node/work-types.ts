/**
 * Stops a worker. The worker takes no new work after this call; the returned promise settles when the work in
 * hand is finished. The signal is aborted when the drain timeout is near.
 */
export type WorkerStop = (signal: AbortSignal) => unknown

/** One piece of work that keeps the drain open until it is released. */
export interface Hold extends Disposable {
  /** Aborted when the drain timeout is near: save the progress of the work, or return it. */
  readonly signal: AbortSignal
  /** Says that the work is finished. A second call does nothing. */
  release(): void
}
