import type { ForcedClose, HookResult } from '../../core/report.ts'
import { guardSignal } from '../guard/guarded-signal.ts'
import { errorText } from '../guard/limit.ts'
import type { Hold, WorkerStop } from '../work-types.ts'

/** Receives the error of a user's work. No other code awaits that work. */
export type WorkFailure = (error: unknown, details: { readonly [key: string]: string }) => void

/** Work that is not a request: holds, and workers that have not stopped yet. It keeps the drain open. */
export class Work {
  readonly #open = new Map<object, { readonly label: string; readonly since: number }>()
  readonly #workers = new Map<string, WorkerStop>()
  readonly #results: HookResult[] = []
  readonly #deadline = new AbortController()
  readonly #onFailure: WorkFailure
  #stopping = false
  #onReleased: (() => void) | null = null

  constructor(onFailure: WorkFailure) {
    this.#onFailure = onFailure
    guardSignal(this.#deadline.signal, (error) => onFailure(error, { listener: 'abort' }))
  }

  /** How much work keeps the drain open now. Workers count only after the shutdown has begun. */
  get count(): number {
    return this.#open.size
  }

  /** How many workers have not been told to stop. */
  get workers(): number {
    return this.#workers.size
  }

  /** Aborted when the drain timeout is nearly up. */
  get deadlineSignal(): AbortSignal {
    return this.#deadline.signal
  }

  hold(label: string, until?: PromiseLike<unknown>): Hold {
    const release = (): void => {
      if (this.#open.delete(hold) && this.#open.size === 0) this.#onReleased?.()
    }
    const hold: Hold = { signal: this.#deadline.signal, release, [Symbol.dispose]: release }
    const since = performance.now()
    this.#open.set(hold, { label, since })
    // This handles the rejection, so no other code would ever see it.
    until?.then(release, (error: unknown) => {
      this.#onFailure(error, { hold: label })
      if (this.#stopping && this.#open.has(hold)) this.#results.push(failed(label, since, error))
      release()
    })
    return hold
  }

  hasWorker(name: string): boolean {
    return this.#workers.has(name)
  }

  /** Adds a worker. If the shutdown has already begun, the worker is told to stop at once. */
  addWorker(name: string, stop: WorkerStop): Disposable {
    this.#workers.set(name, stop)
    if (this.#stopping) this.stopWorkers()
    return {
      [Symbol.dispose]: () => {
        if (this.#workers.get(name) === stop) this.#workers.delete(name)
      },
    }
  }

  /** Tells all workers to stop, in parallel. Each one is a hold until its promise settles. */
  stopWorkers(): void {
    this.#stopping = true
    const workers = [...this.#workers]
    this.#workers.clear()
    for (const [name, stop] of workers) this.#stop(name, stop)
  }

  #stop(name: string, stop: WorkerStop): void {
    const hold = this.hold(name)
    const since = performance.now()
    const stopped = new Promise((resolve) => resolve(stop(this.#deadline.signal)))
    void stopped
      .then(
        () => ({ name, ms: msSince(since), outcome: 'finished' }) as const,
        (error: unknown) => {
          this.#onFailure(error, { worker: name })
          return failed(name, since, error)
        },
      )
      .then((result) => {
        // After the drain timeout the report already lists it as unfinished.
        if (this.#open.has(hold)) this.#results.push(result)
        hold.release()
      })
  }

  /** Sets the function to call whenever no work is open any more. */
  onReleased(listener: () => void): void {
    this.#onReleased = listener
  }

  /** Tells all work that the drain timeout is near. */
  announceDeadline(): void {
    if (!this.#deadline.signal.aborted) this.#deadline.abort(new Error('The drain timeout is nearly up'))
  }

  /** Drops all open work and returns what it was. */
  forceClose(): readonly ForcedClose[] {
    this.announceDeadline()
    const forced = [...this.#open.values()].map(
      ({ label, since }) =>
        ({ kind: 'work', server: label, ageMs: Math.round(performance.now() - since) }) as const,
    )
    this.#open.clear()
    return forced
  }

  /** How workers stopped, and which holds failed during the shutdown. */
  results(): readonly HookResult[] {
    return this.#results
  }
}

const msSince = (since: number): number => Math.round(performance.now() - since)

function failed(name: string, since: number, error: unknown): HookResult {
  return { name, ms: msSince(since), outcome: 'failed', error: errorText(error) }
}
