import { run } from 'node:test'
import type { TestEvent } from 'node:test/reporters'

/** How long one test may take. */
const TEST_TIMEOUT_MS = 60_000
/** So many files that hang say enough: the rest would only hold the run up. */
const HANGING_FILES = 3

const watchdog = new URL('../../test/helpers/watchdog.ts', import.meta.url).href
/** What the watchdog writes when a file has to be killed. */
const killed = /^\[watchdog\] .*, killed$/m

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

/** Runs test files, each in a process of its own that cannot outlive its limits, and keeps account of what they report. */
export async function* runFiles(
  files: readonly string[],
  concurrency: number,
  outcome: Outcome,
): AsyncGenerator<TestEvent, void> {
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

function note(event: TestEvent, outcome: Outcome): void {
  if (event.type === 'test:fail') outcome.failed++
  if (event.type === 'test:stderr' && killed.test(event.data.message)) outcome.hanging++
  if (event.type !== 'test:pass' || event.data.skip === undefined) return
  const reason = typeof event.data.skip === 'string' ? event.data.skip : 'no reason given'
  outcome.skipped.set(reason, [...(outcome.skipped.get(reason) ?? []), event.data.name])
}
