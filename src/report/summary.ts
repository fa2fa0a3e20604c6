import type { Sample } from '../load/sample.ts'
import type { RehearsalDocument } from '../rollout/rehearsal-document.ts'
import { count, type Verdict } from '../rollout/verdict.ts'
import { explainFailure } from './failure-sentence.ts'
import { createTable, renderLaneTable, toText } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderPods } from './pod-lines.ts'

/** Failures that are shown; the JSON document has all. */
const SHOWN_FAILURES = 20

/** The report of a rehearsal for a terminal: lanes, pods, failures, verdict last, where the eye is. */
export function renderSummary(document: RehearsalDocument, palette: Palette): string {
  const startMs = document.phases[0]?.startedAt.wallMs ?? 0
  const { failures, failed } = document.load
  return [
    renderLaneTable(document.load, palette),
    renderPods(document.pods, palette),
    ...(failures.length > 0 ? [renderFailures(failures, failed, { startMs, palette })] : []),
    renderVerdict(document.verdict, palette),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}

/** The first failures with their time after `startMs` of wall time, and how many more there are. */
export function renderFailures(
  failures: readonly Sample[],
  failed: number,
  { startMs, palette }: { readonly startMs: number; readonly palette: Palette },
): string {
  const table = createTable(['time', 'lane', 'pod', 'error', 'what happened'], palette, Infinity)
  for (const sample of failures.slice(0, SHOWN_FAILURES)) {
    const seconds = (sample.startedAt.wallMs + sample.endMs - startMs) / 1_000
    const error = [sample.error?.code, sample.error?.syscall].filter(Boolean).join(' ')
    table.push([
      `+${seconds.toFixed(3)} s`,
      sample.lane,
      sample.target ?? '-',
      palette.bad(error),
      explainFailure(sample),
    ])
  }
  const more = failed - Math.min(failures.length, SHOWN_FAILURES)
  return more > 0
    ? `${toText(table)}\n... and ${count(more)} more; --json FILE writes them all`
    : toText(table)
}

function renderVerdict(verdict: Verdict, palette: Palette): string {
  const hole = verdict.smallestHoleMs
  const power =
    hole === null || verdict.outcome === 'inconclusive'
      ? []
      : [
          palette.faint(
            `This run would have detected an outage of ${Math.ceil(hole)} ms or longer (99 % confidence).`,
          ),
        ]
  return [renderOutcome(verdict, palette), ...power].join('\n')
}

/**
 * PASS, FAIL or INCONCLUSIVE with the result in one line, and below it what stands against the run and what
 * it says nothing about.
 */
export function renderOutcome(
  { outcome, sentence, reasons, notes }: Omit<Verdict, 'exitCode' | 'smallestHoleMs'>,
  palette: Palette,
): string {
  const words = { pass: 'PASS', fail: 'FAIL', inconclusive: 'INCONCLUSIVE' } as const
  const colours = { pass: palette.good, fail: palette.bad, inconclusive: palette.doubtful }
  const first = `${colours[outcome](words[outcome])}  ${palette.strong(sentence)}`
  return [first, ...[...reasons, ...notes].map((line) => `  - ${line}`)].join('\n')
}
