import { renderBeforeAfter, renderBeforeAfterLine } from '../report/before-after.ts'
import { toBeforeAfterDocument } from '../report/json.ts'
import type { RehearsalDocument } from '../rollout/run-document.ts'
import type { RawFlags } from './flag-reader.ts'
import type { CliIo } from './io.ts'
import { followRun, runRendering, sayInterrupted, type ShownRun, writeReport } from './show-run.ts'

/** The same command, unchanged and under `lastcall/auto`. */
export interface BothRuns {
  readonly before: ShownRun<RehearsalDocument>
  readonly after: ShownRun<RehearsalDocument>
}

/**
 * Shows one run after the other, and then both results side by side. The second run decides the verdict.
 * @returns the exit code
 */
export async function showBeforeAfter(
  { before, after }: BothRuns,
  raw: RawFlags,
  io: CliIo,
): Promise<number> {
  const output = { raw, io }
  const announce = (text: string): void => {
    if (raw['quiet'] !== true) io.stderr.write(`${text}\n`)
  }
  announce('Run 1 of 2: the command as it is')
  const first = await followRun(before, raw, io)
  if (first.interruptedBy) {
    writeReport(first.document, runRendering, output)
    return sayInterrupted(before, first.interruptedBy, output)
  }
  announce('Run 2 of 2: the same under lastcall/auto')
  const second = await followRun(after, raw, io).catch((error: unknown) => {
    // A failure of the second run must not lose the first result.
    writeReport(first.document, runRendering, output)
    throw error
  })
  const document = toBeforeAfterDocument(first.document, second.document)
  writeReport(document, { full: renderBeforeAfter, line: renderBeforeAfterLine }, output)
  if (second.interruptedBy) return sayInterrupted(after, second.interruptedBy, output)
  return second.document.verdict.exitCode
}
