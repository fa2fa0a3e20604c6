import { type Budget, checkBudget } from '../core/budget.ts'
import { parseDuration } from '../core/duration.ts'
import type { FlagReader } from './flag-reader.ts'

/** The times of a shutdown, with the names of `--shutdown`. Milliseconds. */
export interface ShutdownTimes {
  readonly budget: Budget
  readonly readinessFailDelayMs: number
  readonly gracePeriodMs: number
}

/** The delay covers the default endpoint lag. The grace period is Kubernetes' own default. */
const defaultsMs = {
  'pre-stop': 0,
  delay: 2_000,
  'readiness-fail-delay': 0,
  drain: 15_000,
  hooks: 5_000,
  grace: 30_000,
}

/** The names and defaults of `--shutdown`, for the help. */
export const shutdownHelp = 'pre-stop=0s,delay=2s,readiness-fail-delay=0s,drain=15s,hooks=5s,grace=30s'

/**
 * Reads `pre-stop=5s,delay=2s,...`. Missing times keep their defaults. The sum is checked as in the library.
 */
export function readShutdown(reader: FlagReader): ShutdownTimes {
  const timesMs: Record<string, number> = { ...defaultsMs }
  const text = reader.text('shutdown', '')
  for (const part of text === '' ? [] : text.split(',')) {
    const [name = '', value = ''] = part.split('=', 2).map((word) => word.trim())
    const ms = parseDuration(value)
    if (!(name in defaultsMs)) {
      reader.problems.push(
        `--shutdown: there is no '${name}'; there are ${Object.keys(defaultsMs).join(', ')}`,
      )
    } else if (ms === undefined) {
      reader.problems.push(`--shutdown: ${name} is '${value}', wanted a duration such as 500ms or 5s`)
    } else {
      timesMs[name] = ms
    }
  }
  const ms = (name: keyof typeof defaultsMs): number => timesMs[name] ?? defaultsMs[name]
  const budget = {
    preStopMs: ms('pre-stop'),
    shutdownDelayMs: ms('delay'),
    drainTimeoutMs: ms('drain'),
    hooksTimeoutMs: ms('hooks'),
  }
  for (const problem of checkBudget(budget, ms('grace'))) reader.problems.push(`--shutdown: ${problem}`)
  return { budget, readinessFailDelayMs: ms('readiness-fail-delay'), gracePeriodMs: ms('grace') }
}
