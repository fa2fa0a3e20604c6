import { MAX_DURATION_MS } from '../core/defaults.ts'
import type { Timer } from './machine/effect.ts'

/** The running timers of a supervisor. One that is started again begins anew. */
export class Timers {
  readonly #running = new Map<string, NodeJS.Timeout>()

  start(timer: Timer, ms: number, onElapsed: () => void): void {
    this.stop(timer)
    const key = keyOf(timer)
    const running = setTimeout(
      () => {
        this.#running.delete(key)
        onElapsed()
      },
      Math.min(ms, MAX_DURATION_MS),
    )
    this.#running.set(key, running)
  }

  stop(timer: Timer): void {
    const key = keyOf(timer)
    clearTimeout(this.#running.get(key))
    this.#running.delete(key)
  }
}

function keyOf(timer: Timer): string {
  return 'generation' in timer ? `${timer.name} ${timer.generation}` : timer.name
}
