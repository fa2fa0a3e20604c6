import { run } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import type { Plan } from './plan.ts'

/** How long one test may take. */
const TEST_TIMEOUT_MS = 60_000
/** So many files that hang say enough: the rest would only hold the run up. */
const HANGING_FILES = 3

const watchdog = new URL('../../test/helpers/watchdog.ts', import.meta.url).href
/** What Node says at the end of a run, in its order. */
const closing = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const
const closingLine = new RegExp(`^(${closing.join('|')}) ([\\d.]+)$`)

/** What test/helpers/watchdog.ts writes when a file has to be killed. */
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

/** Runs the plan: what may run together first, then the rest one by one, as one run with one closing count. */
export async function* runPlan(
  plan: Plan,
  concurrency: number,
  outcome: Outcome,
): AsyncGenerator<TestEvent, void> {
  const sums = new Map<string, number>(closing.map((name) => [name, 0]))
  const stop = new AbortController()
  for (const [files, width] of [
    [plan.together, concurrency],
    [plan.alone, 1],
  ] as const) {
    if (files.length === 0 || stop.signal.aborted) continue
    const execArgv = [`--test-timeout=${TEST_TIMEOUT_MS}`, '--import', watchdog]
    const events = run({ files, concurrency: width, execArgv, signal: stop.signal })
    for await (const event of events as AsyncIterable<TestEvent>) {
      if (addToSums(event, sums)) continue
      note(event, outcome)
      if (outcome.hanging >= HANGING_FILES && !outcome.stopped) {
        outcome.stopped = true
        stop.abort()
      }
      yield event
    }
  }
  for (const name of closing) {
    const sum = sums.get(name) ?? 0
    const message = `${name} ${name === 'duration_ms' ? sum.toFixed(0) : sum}`
    yield { type: 'test:diagnostic', data: { nesting: 0, message, level: 'info' } }
  }
}

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
