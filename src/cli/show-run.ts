import { toJson } from '../report/json.ts'
import { createPalette } from '../report/palette.ts'
import { renderResult, renderSummary } from '../report/summary.ts'
import type { Run } from '../rollout/run.ts'
import type { JudgedRun } from '../rollout/run-document.ts'
import type { RunFacts } from '../rollout/run-facts.ts'
import type { TimelineEvent } from '../rollout/timeline.ts'
import type { RawFlags } from './flag-reader.ts'
import { type CliIo, exitCodeOf, isColoured } from './io.ts'
import { writeJsonFile } from './json-file.ts'
import { createProgress } from './progress.ts'

/** A run of a command: how it begins, and what its report says. */
export interface ShownRun {
  start(onEvent: (event: TimelineEvent) => void): Run
  toDocument(facts: RunFacts): JudgedRun
  /** Said when a signal has ended the run: what the driver did with everything that it created. */
  readonly cleanedUp: string
}

/**
 * Shows the progress of a run and then its report, and ends it at a signal; at the second one the process
 * dies at once. Heeds `--json`, `--output`, `--quiet` and `--no-color`.
 * @returns the exit code
 */
export async function showRun(run: ShownRun, raw: RawFlags, io: CliIo): Promise<number> {
  const quiet = raw['quiet'] === true
  const color = raw['color'] !== false
  const progress = createProgress(io, { quiet, color })
  let running: Run | undefined
  let interruptedBy: NodeJS.Signals | undefined
  const offExit = io.onExit(() => running?.killAll())
  const offSignal = io.onSignal((signal) => {
    if (interruptedBy) {
      running?.killAll()
      return io.dieOf(signal)
    }
    interruptedBy = signal
    running?.interrupt(signal)
  })
  try {
    running = run.start(progress.onEvent)
    progress.follow(running)
    const facts = await running.finished.finally(() => progress.end())
    const document = run.toDocument(facts)
    const toStdout = raw['json'] === '-' || raw['output'] === 'json'
    const palette = createPalette(isColoured(io.stdout, io.env, color))
    const render = quiet ? renderResult : renderSummary
    io.stdout.write(toStdout ? toJson(document) : render(document, palette))
    writeJsonFile(raw, io, toJson(document))
    if (!interruptedBy) return document.verdict.exitCode
    if (!quiet) io.stderr.write(`Interrupted by ${interruptedBy}; ${run.cleanedUp}\n`)
    return exitCodeOf(interruptedBy)
  } finally {
    offSignal()
    offExit()
  }
}
