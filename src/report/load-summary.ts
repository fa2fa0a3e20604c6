import type { LoadDocument } from '../load/load-document.ts'
import type { LaneTotals } from '../load/recorder.ts'
import type { judgeLoad } from '../rollout/load-verdict.ts'
import { sentWords } from '../rollout/sent-words.ts'
import { renderFailures } from './failures.ts'
import { renderLaneTable } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderOutcome } from './summary.ts'

type LoadVerdict = ReturnType<typeof judgeLoad>

/** The load so far in one line, for logs. */
export function renderLoadLine(totals: readonly LaneTotals[]): string {
  const failedInAll = totals.reduce((total, { failed }) => total + failed, 0)
  const lanes = totals.map(({ lane, requests, failed }) => `${lane} ${requests}/${failed}`).join('  ')
  return `${sentWords(totals, ({ requests }) => requests)}, ${failedInAll} failed  (${lanes})`
}

/** The result of `lastcall load` for people. */
export function renderLoad(load: LoadDocument, verdict: LoadVerdict, palette: Palette): string {
  const { failures, failed } = load
  const startMs = Date.parse(load.startedAt)
  return [
    renderLaneTable(load, palette),
    ...(failures.length > 0 ? [renderFailures(failures, failed, { startMs, palette })] : []),
    renderOutcome(verdict, palette),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}
