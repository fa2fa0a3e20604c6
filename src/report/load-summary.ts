import type { LoadDocument } from '../load/load-document.ts'
import type { judgeLoad } from '../rollout/load-verdict.ts'
import { renderFailures } from './failures.ts'
import { renderLaneTable } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderOutcome } from './summary.ts'

type LoadVerdict = ReturnType<typeof judgeLoad>

/** The load so far in one line, for logs. */
export function renderLoadLine(load: LoadDocument): string {
  const lanes = load.lanes.map((lane) => `${lane.lane} ${lane.requests}/${lane.failed}`).join('  ')
  return `${load.requests} requests, ${load.failed} failed  (${lanes})`
}

/** The result of `lastcall load` for people. */
export function renderLoad(load: LoadDocument, verdict: LoadVerdict, palette: Palette): string {
  const first = load.failures[0]
  const startMs = first
    ? first.startedAt.monotonicMs - (first.startedAt.wallMs - Date.parse(load.startedAt))
    : 0
  return [
    renderLaneTable(load, palette),
    ...(first ? [renderFailures(load.failures, load.failed, { startMs, palette })] : []),
    renderOutcome(verdict, palette),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}
