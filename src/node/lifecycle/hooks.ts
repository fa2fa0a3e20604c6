import type { HookResult } from '../../core/report.ts'
import { errorText, limited } from '../guard/limit.ts'
import type { StopHook } from '../types.ts'

interface Hook {
  readonly name: string
  readonly run: StopHook
  readonly timeoutMs: number | undefined
}

/** The stop hooks of one lifecycle. */
export class Hooks {
  readonly #hooks: Hook[] = []
  readonly #results: HookResult[] = []
  readonly #ended = new AbortController()
  #running: { readonly name: string; readonly since: number } | null = null

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
   * Runs the hooks one after the other, the last registered first: a later resource may need an earlier one.
   * Each hook has its own limit. The limit for all together is a timer of the machine, which calls `end()`.
   * @returns how many did not finish
   */
  async run(): Promise<number> {
    const ended = this.#ended.signal
    for (let hook = this.#next(); hook; hook = this.#next()) {
      const { name, timeoutMs } = hook
      this.#running = { name, since: performance.now() }
      const outcome = await limited(hook.run, timeoutMs, ended)
      // The report is already written, and lists this hook as unfinished.
      if (ended.aborted) break
      this.#running = null
      const error = outcome.type === 'failed' ? { error: errorText(outcome.error) } : {}
      this.#results.push({ name, outcome: outcome.type, ms: outcome.ms, ...error })
    }
    return this.#results.filter((result) => result.outcome !== 'finished').length
  }

  #next(): Hook | undefined {
    return this.#ended.signal.aborted ? undefined : this.#hooks.pop()
  }

  /** Aborts the running hook's signal, and starts no further hook. */
  end(): void {
    this.#ended.abort()
  }

  /** Results so far, including hooks that have not ended or not begun. */
  results(): readonly HookResult[] {
    const running = this.#running ? [{ ...took(this.#running), outcome: 'timedOut' } as const] : []
    const waiting = this.#hooks
      .toReversed()
      .map((hook) => ({ name: hook.name, outcome: 'skipped', ms: 0 }) as const)
    return [...this.#results, ...running, ...waiting]
  }
}

function took({ name, since }: { readonly name: string; readonly since: number }): {
  name: string
  ms: number
} {
  return { name, ms: Math.round(performance.now() - since) }
}
