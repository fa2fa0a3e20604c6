import type { Logger } from '../../core/logger.ts'
import { errorText, limited } from '../guard/limit.ts'
import type { Check, CheckOptions } from '../types.ts'

/** The result of one check. */
export interface CheckResult {
  readonly name: string
  readonly ok: boolean
  /** Start of a run that has exceeded its time and has not ended yet. Wall-clock milliseconds. */
  readonly hangsSince?: number
}

interface Entry {
  readonly check: Check
  readonly options: CheckOptions
  /** The current run, which may hang. Probes that arrive meanwhile share it. */
  running: Promise<boolean> | null
  startedAt: number
  /** Whether the run has exceeded its time and has not settled yet. */
  hangs: boolean
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

  add(name: string, check: Check, options: CheckOptions): Disposable {
    const entry: Entry = { check, options, running: null, startedAt: 0, hangs: false, passed: true }
    this.#entries.set(name, entry)
    return {
      [Symbol.dispose]: () => {
        if (this.#entries.get(name) === entry) this.#entries.delete(name)
      },
    }
  }

  /** Runs all checks in parallel, or only the liveness checks. */
  run(kind: 'readiness' | 'liveness'): Promise<readonly CheckResult[]> {
    const entries = [...this.#entries].filter(([, entry]) => kind === 'readiness' || entry.options.liveness)
    return Promise.all(entries.map(([name, entry]) => this.#ask(name, entry)))
  }

  /**
   * A hanging run blocks further runs: otherwise each probe would add one more query to a database that
   * answers none.
   */
  async #ask(name: string, entry: Entry): Promise<CheckResult> {
    entry.running ??= this.#run(name, entry)
    const ok = !entry.hangs && (await entry.running)
    return { name, ok, ...(entry.hangs && { hangsSince: entry.startedAt }) }
  }

  async #run(name: string, entry: Entry): Promise<boolean> {
    const timeoutMs = entry.options.timeoutMs ?? this.#defaultTimeoutMs
    entry.startedAt = performance.timeOrigin + performance.now()
    let settled = false
    const outcome = await limited(async (signal) => {
      try {
        return await entry.check(signal)
      } finally {
        settled = true
        if (entry.hangs) end(entry)
      }
    }, timeoutMs)
    if (settled) end(entry)
    else entry.hangs = true
    const passed = outcome.type === 'finished' && outcome.value !== false
    // Logs only the change: a probe comes every few seconds for as long as the database is away.
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

/** Lets the next probe start a new run. */
function end(entry: Entry): void {
  entry.hangs = false
  entry.running = null
}
