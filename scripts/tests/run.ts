import { run } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import type { Plan } from './plan.ts'

/** How long one test may take. */
const TEST_TIMEOUT_MS = 60_000
/** So many files that hang say enough: the rest would only hold the run up. */
const HANGING_FILES = 3

/** Two at once leave a generator of load its core. */
const QUIET_CONCURRENCY = 2

const watchdog = new URL('../../test/helpers/watchdog.ts', import.meta.url).href
/** What the watchdog writes when a file has to be killed. */
const killed = /^\[watchdog\] .*, killed$/m

/** What Node says at the end of a run, in its order. */
const closing = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const
const closingLine = new RegExp(`^(${closing.join('|')}) ([\\d.]+)$`)

/** What a run has come to, complete when its events are read. */
export interface Outcome {
  failed: number
  /** Titles of tests that were not run, by the reason they gave. */
  readonly skipped: Map<string, string[]>
  /** Files that were killed at their limit. */
  hanging: number
  /** Whether the run was stopped, because file after file hung. */
  stopped: boolean
}

/**
 * Runs the plan's files, each in a process of its own that cannot outlive its limits, as one run with one
 * closing count.
 */
export async function* runPlan(
  plan: Plan,
  concurrency: number,
  outcome: Outcome,
): AsyncGenerator<TestEvent, void> {
  process.env['TEST_RUNNER_PID'] = String(process.pid)
  const sums = new Map<string, number>(closing.map((name) => [name, 0]))
  for await (const event of runFiles(plan.together, concurrency, outcome)) {
    if (!addToSums(event, sums)) yield event
  }
  for await (const event of runFiles(plan.quiet, Math.min(concurrency, QUIET_CONCURRENCY), outcome)) {
    if (!addToSums(event, sums)) yield event
  }
  for (const [name, sum] of sums) {
    const message = `${name} ${name === 'duration_ms' ? sum.toFixed(0) : sum}`
    yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } }
  }
}

async function* runFiles(
  files: readonly string[],
  concurrency: number,
  outcome: Outcome,
): AsyncGenerator<TestEvent, void> {
  if (files.length === 0 || outcome.stopped) return
  const stop = new AbortController()
  const execArgv = [`--test-timeout=${TEST_TIMEOUT_MS}`, '--import', watchdog]
  const events = run({ files, concurrency, execArgv, signal: stop.signal })
  for await (const event of events as AsyncIterable<TestEvent>) {
    note(event, outcome)
    if (outcome.hanging >= HANGING_FILES && !outcome.stopped) {
      outcome.stopped = true
      stop.abort()
    }
    yield event
  }
}

/** Takes a closing line of one of the runs out of the events, and adds it up. */
function addToSums(event: TestEvent, sums: Map<string, number>): boolean {
  if (event.type !== 'test:diagnostic' || event.data.nesting !== 0) return false
  const [, name, value] = closingLine.exec(event.data.message) ?? []
  if (name === undefined) return false
  sums.set(name, (sums.get(name) ?? 0) + Number(value))
  return true
}

function note(event: TestEvent, outcome: Outcome): void {
  if (event.type === 'test:fail') outcome.failed++
  if (event.type === 'test:stderr' && killed.test(event.data.message)) outcome.hanging++
  if (event.type !== 'test:pass' || event.data.skip === undefined) return
  const reason = typeof event.data.skip === 'string' ? event.data.skip : 'no reason given'
  outcome.skipped.set(reason, [...(outcome.skipped.get(reason) ?? []), event.data.name])
}
