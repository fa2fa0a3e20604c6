import { describe } from '../../core/describe.ts'
import { LastcallError } from '../../core/errors.ts'
import type { Logger } from '../../core/logger.ts'
import { isSignalName } from '../../core/signal-names.ts'
import { errorText, limited } from '../guard/limit.ts'
import { supervised } from '../supervised/supervised.ts'

interface Hook {
  readonly signal: string
  readonly when: 'before' | 'after'
  readonly run: () => unknown
}

/** The hooks of one lifecycle for signals that its supervisor gets. */
export class SignalHooks {
  readonly #hooks = new Set<Hook>()
  readonly #limitMs: number
  readonly #logger: Logger

  /** @param limitMs how long each hook may take */
  constructor(limitMs: number, logger: Logger) {
    this.#limitMs = limitMs
    this.#logger = logger
  }

  /** @throws LastcallError `LASTCALL_INVALID_OPTIONS` with all problems at once */
  add(signal: unknown, when: unknown, run: unknown): Disposable {
    const problems = [
      ...(isSignalName(signal)
        ? []
        : [`onSignal: got ${describe(signal)}, wanted a signal such as 'SIGHUP'`]),
      ...(when === 'before' || when === 'after'
        ? []
        : [`onSignal: got ${describe(when)}, wanted 'before' or 'after'`]),
      ...(typeof run === 'function' ? [] : [`onSignal: got ${describe(run)}, wanted a function`]),
    ]
    if (problems.length > 0) throw new LastcallError('LASTCALL_INVALID_OPTIONS', problems)
    const hook = { signal, when, run } as Hook
    this.#hooks.add(hook)
    supervised()?.announceHook(hook.signal, hook.when)
    return { [Symbol.dispose]: () => void this.#hooks.delete(hook) }
  }

  /** Runs the hooks in the order of their registration. A failing one is logged, and the next one runs. */
  async run(signal: string, when: 'before' | 'after'): Promise<void> {
    const hooks = [...this.#hooks].filter((hook) => hook.signal === signal && hook.when === when)
    for (const hook of hooks) {
      const outcome = await limited(hook.run, this.#limitMs)
      if (outcome.type === 'finished') continue
      const error = outcome.type === 'failed' ? errorText(outcome.error) : `no end within ${this.#limitMs} ms`
      this.#logger.error({ signal, when, error }, 'lastcall: a hook of a signal failed')
    }
  }
}
