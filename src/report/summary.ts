import type { JudgedRun } from '../rollout/run-document.ts'
import type { Verdict } from '../rollout/verdict.ts'
import { describeWatch } from '../rollout/watched-restarts.ts'
import { renderFailures } from './failures.ts'
import { renderLaneTable } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderPods } from './pod-lines.ts'

/** The report of a run for a terminal: lanes, pods, failures. The verdict comes last, next to the prompt. */
export function renderSummary(document: JudgedRun, palette: Palette): string {
  const startMs = document.phases[0]?.startedAt.wallMs ?? 0
  const { failures, failed } = document.load
  const look = { startMs, palette, pods: document.pods }
  return [
    ...(document.load.lanes.length > 0 ? [renderLaneTable(document.load, palette)] : []),
    ...(document.pods.length > 0 ? [renderPods(document.pods, palette)] : []),
    ...(failures.length > 0 ? [renderFailures(failures, failed, look)] : []),
    renderVerdict(document, palette),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}

/** The result of a run in one line, with a reason if it failed without a failed request. */
export function renderResult({ verdict, load }: JudgedRun, palette: Palette): string {
  const [reason] = verdict.outcome === 'fail' && load.failed === 0 ? verdict.reasons : []
  return `${renderFirstLine(verdict, palette)}${reason === undefined ? '' : `: ${reason}`}\n`
}

/**
 * The outcome, the objections against the run, the smallest outage that it would have detected, and the
 * number of restarts during which the load generator stalled.
 */
export function renderVerdict(document: JudgedRun, palette: Palette): string {
  const { verdict } = document
  const outageMs = verdict.smallestOutageMs
  const power =
    outageMs === null || verdict.outcome === 'inconclusive'
      ? undefined
      : `This run would have detected an outage of ${Math.ceil(outageMs)} ms or longer (99 % confidence).`
  const seen = [power, describeWatch(verdict.unwatchedRestarts, document)].filter(
    (line) => line !== undefined,
  )
  return [renderOutcome(verdict, palette), ...seen.map(palette.faint)].join('\n')
}

/**
 * PASS, FAIL or INCONCLUSIVE with the result in one line. Below it, the objections against the run and the
 * questions that it cannot answer.
 */
export function renderOutcome(
  verdict: Pick<Verdict, 'outcome' | 'sentence' | 'reasons' | 'notes'>,
  palette: Palette,
): string {
  const against = [...verdict.reasons, ...verdict.notes].map((line) => `  - ${line}`)
  return [renderFirstLine(verdict, palette), ...against].join('\n')
}

/** PASS, FAIL or INCONCLUSIVE with the result, in one line. */
export function renderFirstLine(
  { outcome, sentence }: Pick<Verdict, 'outcome' | 'sentence'>,
  palette: Palette,
): string {
  const words = { pass: 'PASS', fail: 'FAIL', inconclusive: 'INCONCLUSIVE' } as const
  const colours = { pass: palette.good, fail: palette.bad, inconclusive: palette.doubtful }
  return `${colours[outcome](words[outcome])}  ${palette.strong(sentence)}`
}
