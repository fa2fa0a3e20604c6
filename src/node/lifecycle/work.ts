import type { ForcedClose, HookResult } from '../../core/report.ts'
import { guardSignal } from '../guard/guarded-signal.ts'
import { errorText } from '../guard/limit.ts'
import type { Hold, WorkerStop } from '../work-types.ts'

/** Told what a user's code failed with. Nobody else awaits it. */
export type WorkFailure = (error: unknown, details: { readonly [key: string]: string }) => void

/** Work that is no request: holds, and workers that have not stopped yet. It keeps the drain open. */
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

  /** What keeps the drain open now. Before the shutdown a worker does not. */
  get count(): number {
    return this.#open.size
  }

  /** Workers that have not been told to stop. */
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
    // This handles the rejection, so that nobody else would ever hear of it.
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

  /** Adds a worker. One that comes after the shutdown began is told to stop at once. */
  addWorker(name: string, stop: WorkerStop): Disposable {
    this.#workers.set(name, stop)
    if (this.#stopping) this.stopWorkers()
    return {
      [Symbol.dispose]: () => {
        if (this.#workers.get(name) === stop) this.#workers.delete(name)
      },
    }
  }

  /** Tells all workers to stop, side by side. Each is a hold until its promise settles. */
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
        // At the deadline the report has it already, as it was.
        if (this.#open.has(hold)) this.#results.push(result)
        hold.release()
      })
  }

  /** Calls back whenever nothing is open any more. */
  onReleased(listener: () => void): void {
    this.#onReleased = listener
  }

  /** Aborts the signal that says that the time is nearly up. */
  announceDeadline(): void {
    if (!this.#deadline.signal.aborted) this.#deadline.abort(new Error('The drain timeout is nearly up'))
  }

  /** Lets go of everything that is open, and says what that was. */
  forceClose(): readonly ForcedClose[] {
    this.announceDeadline()
    const forced = [...this.#open.values()].map(
      ({ label, since }) =>
        ({ kind: 'work', server: label, ageMs: Math.round(performance.now() - since) }) as const,
    )
    this.#open.clear()
    return forced
  }

  /** How the workers stopped that have, and the holds whose work failed in the shutdown. */
  results(): readonly HookResult[] {
    return this.#results
  }
}

const msSince = (since: number): number => Math.round(performance.now() - since)

function failed(name: string, since: number, error: unknown): HookResult {
  return { name, ms: msSince(since), outcome: 'failed', error: errorText(error) }
}
