import type { Logger } from '../core/logger.ts'
import { errorText, limited } from './limit.ts'
import type { Check, CheckOptions } from './types.ts'

/** What one check answered. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
}

interface Entry {
  readonly run: Check
  readonly options: CheckOptions
  /** The run that is under way; probes that come meanwhile wait for the same one. */
  running: Promise<boolean> | null
  passed: boolean
}

/** The checks of one lifecycle. */
export class Checks {
  readonly #entries = new Map<string, Entry>()
  readonly #defaultTimeoutMs: number
  readonly #logger: Logger

  constructor(defaultTimeoutMs: number, logger: Logger) {
    this.#defaultTimeoutMs = defaultTimeoutMs
    this.#logger = logger
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  add(name: string, run: Check, options: CheckOptions): Disposable {
    const entry: Entry = { run, options, running: null, passed: true }
    this.#entries.set(name, entry)
    return {
      [Symbol.dispose]: () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name)
      },
    }
  }

  /** Asks all checks at once, or only those that concern liveness. */
  run(kind: 'readiness' | 'liveness'): Promise<readonly CheckResult[]> {
    const entries = [...this.#entries].filter(([, entry]) => kind === 'readiness' || entry.options.liveness)
    return Promise.all(entries.map(async ([name, entry]) => ({ name, ok: await this.#ask(name, entry) })))
  }

  #ask(name: string, entry: Entry): Promise<boolean> {
    entry.running ??= this.#run(name, entry).finally(() => (entry.running = null))
    return entry.running
  }

  async #run(name: string, entry: Entry): Promise<boolean> {
    const timeoutMs = entry.options.timeoutMs ?? this.#defaultTimeoutMs
    const outcome = await limited(entry.run, timeoutMs)
    const passed = outcome.type === 'finished' && outcome.value !== false
    // Only the change is worth a line: a probe comes every few seconds for as long as the database is away.
    if (passed && !entry.passed) this.#logger.info({ check: name }, 'check passes again')
    if (!passed && entry.passed) {
      const why =
        outcome.type === 'timedOut'
          ? `no answer within ${timeoutMs} ms`
          : outcome.type === 'failed'
            ? errorText(outcome.error)
            : 'returned false'
      this.#logger.warn({ check: name, error: why, ms: outcome.ms }, 'check fails')
    }
    entry.passed = passed
    return passed
  }
}
