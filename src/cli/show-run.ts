import type { LoadOptions } from '../load/load-options.ts'
import type { OpenApiFacts } from '../load/openapi-facts.ts'
import { toJson } from '../report/json.ts'
import { renderOpenApi } from '../report/openapi.ts'
import { createPalette, type Palette } from '../report/palette.ts'
import { renderResult, renderSummary } from '../report/summary.ts'
import type { Run } from '../rollout/run.ts'
import type { JudgedRun } from '../rollout/run-document.ts'
import type { RunFacts } from '../rollout/run-facts.ts'
import type { TimelineEvent } from '../rollout/timeline.ts'
import type { RawFlags } from './flag-reader.ts'
import { type CliIo, exitCodeOf, isColoured } from './io.ts'
import { writeJsonFile } from './json-file.ts'
import { createProgress } from './progress.ts'

/** A run of a command, with the texts around it. */
export interface ShownRun<Document extends JudgedRun = JudgedRun> {
  start(onEvent: (event: TimelineEvent) => void): Run
  toDocument(facts: RunFacts): Document
  /** Printed after an interrupted run: what the driver did with the things that it created. */
  readonly cleanedUp: string
}

/** A run that has ended. */
export interface EndedRun<Document extends JudgedRun = JudgedRun> {
  readonly document: Document
  /** The signal that ended it, if any. */
  readonly interruptedBy: NodeJS.Signals | undefined
}

/** How to write a report for people. */
export interface Rendering<Document> {
  /** The whole report. */
  full(document: Document, palette: Palette): string
  /** The result in one line, for `--quiet`. */
  line(document: Document, palette: Palette): string
}

/** The report of one run. */
export const runRendering: Rendering<JudgedRun> = { full: renderSummary, line: renderResult }

/**
 * Shows the progress of a run and then its report. A signal ends the run; a second one ends the process at
 * once. Respects `--json`, `--output`, `--quiet` and `--no-color`.
 * @returns the exit code
 */
export async function showRun(run: ShownRun, raw: RawFlags, io: CliIo): Promise<number> {
  const { document, interruptedBy } = await followRun(run, raw, io)
  try {
    writeReport(document, runRendering, { raw, io })
  } finally {
    sayLeftBehind(document.leftBehind, io)
  }
  return interruptedBy ? sayInterrupted(run, interruptedBy, { raw, io }) : document.verdict.exitCode
}

/** Shows the progress of a run until the run or a signal ends it. */
export async function followRun<Document extends JudgedRun>(
  run: ShownRun<Document>,
  raw: RawFlags,
  io: CliIo,
): Promise<EndedRun<Document>> {
  const progress = createProgress(io, { quiet: raw['quiet'] === true, color: raw['color'] !== false })
  let running: Run | undefined
  let interruptedBy: NodeJS.Signals | undefined
  const killAll = (): void => {
    running?.killAll()
    sayLeftBehind(running?.leftBehind(), io)
  }
  const offExit = io.onExit(killAll)
  const offSignal = io.onSignal((signal) => {
    if (interruptedBy) {
      killAll()
      return io.dieOf(signal)
    }
    interruptedBy = signal
    running?.interrupt(signal)
  })
  try {
    running = run.start(progress.onEvent)
    progress.follow(running)
    const facts = await running.finished.finally(() => progress.end())
    return { document: run.toDocument(facts), interruptedBy }
  } catch (error) {
    sayLeftBehind(running?.leftBehind(), io)
    throw error
  } finally {
    offSignal()
    offExit()
  }
}

/** Prints what the user has to undo by hand, even with `--quiet`. */
function sayLeftBehind(sentences: readonly string[] | undefined, io: Pick<CliIo, 'stderr'>): void {
  for (const sentence of sentences ?? []) io.stderr.write(`Left behind: ${sentence}\n`)
}

/** The flags and streams that a report depends on. */
interface Output {
  readonly raw: RawFlags
  readonly io: CliIo
}

/** Prints to stderr which parts of the document of `--openapi` are not sent, unless the run is quiet. */
export function sayOpenApi(
  openapi: OpenApiFacts | undefined,
  load: Pick<LoadOptions, 'lanes' | 'requests'>,
  { raw, io }: Output,
): void {
  if (openapi && raw['quiet'] !== true) io.stderr.write(renderOpenApi(openapi, load))
}

/** Writes a report to stdout, in the form that the flags ask for, and to the file of `--json`. */
export function writeReport<Document extends object>(
  document: Document,
  rendering: Rendering<Document>,
  { raw, io }: Output,
): void {
  const toStdout = raw['json'] === '-' || raw['output'] === 'json'
  const palette = createPalette(isColoured(io.stdout, io.env, raw['color'] !== false))
  const render = raw['quiet'] === true ? rendering.line : rendering.full
  io.stdout.write(toStdout ? toJson(document) : render(document, palette))
  writeJsonFile(raw, io, toJson(document))
}

/**
 * Prints after the report that a signal has ended the run.
 * @returns the exit code
 */
export function sayInterrupted(
  { cleanedUp }: Pick<ShownRun, 'cleanedUp'>,
  signal: NodeJS.Signals,
  { raw, io }: Output,
): number {
  if (raw['quiet'] !== true) io.stderr.write(`Interrupted by ${signal}; ${cleanedUp}\n`)
  return exitCodeOf(signal)
}
