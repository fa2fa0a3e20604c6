import type { HookResult } from '../core/report.ts'
import { errorText, limited } from './limit.ts'
import type { StopHook } from './types.ts'

interface Hook {
  readonly name: string
  readonly run: StopHook
  readonly timeoutMs: number | undefined
}

/** The stop hooks of one lifecycle. */
export class Hooks {
  readonly #hooks: Hook[] = []
  readonly #results: HookResult[] = []
  #running: Hook | null = null

  has(name: string): boolean {
    return this.#hooks.some((hook) => hook.name === name)
  }

  add(name: string, run: StopHook, timeoutMs: number | undefined): Disposable {
    const hook = { name, run, timeoutMs }
    this.#hooks.push(hook)
    return {
      [Symbol.dispose]: () => {
        const index = this.#hooks.indexOf(hook)
        if (index >= 0) this.#hooks.splice(index, 1)
      },
    }
  }

  /**
   * Runs them, last registered first and one after the other: what was opened last may need what was opened before it.
   * @param ms time for all together
   * @returns how many did not finish
   */
  async run(ms: number): Promise<number> {
    const until = performance.now() + ms
    for (let hook = this.#hooks.pop(); hook; hook = this.#hooks.pop()) {
      this.#running = hook
      const left = Math.max(0, until - performance.now())
      const outcome = await limited(hook.run, Math.min(hook.timeoutMs ?? left, left))
      this.#running = null
      const error = outcome.type === 'failed' ? { error: errorText(outcome.error) } : {}
      this.#results.push({ name: hook.name, outcome: outcome.type, ms: outcome.ms, ...error })
    }
    return this.#results.filter((result) => result.outcome !== 'finished').length
  }

  /** Results so far; what has not ended, or not begun, is in the list as well. */
  results(): readonly HookResult[] {
    const running = this.#running ? [{ name: this.#running.name, outcome: 'timedOut', ms: 0 } as const] : []
    const waiting = this.#hooks
      .toReversed()
      .map((hook) => ({ name: hook.name, outcome: 'skipped', ms: 0 }) as const)
    return [...this.#results, ...running, ...waiting]
  }
}
