import type { LoadDocument } from '../load/load-document.ts'
import { count } from '../rollout/verdict.ts'
import { renderLaneTable } from './lane-table.ts'
import type { Palette } from './palette.ts'
import { renderFailures } from './summary.ts'

/** The load so far in one line, for logs. */
export function renderLoadLine(load: LoadDocument): string {
  const lanes = load.lanes.map((lane) => `${lane.lane} ${lane.requests}/${lane.failed}`).join('  ')
  return `${load.requests} requests, ${load.failed} failed  (${lanes})`
}

/** The result of `lastcall load` for people. */
export function renderLoad(load: LoadDocument, palette: Palette): string {
  const first = load.failures[0]
  const startMs = first
    ? first.startedAt.monotonicMs - (first.startedAt.wallMs - Date.parse(load.startedAt))
    : 0
  const verdict = `${count(load.failed)} failed of ${count(load.requests)} requests`
  return [
    renderLaneTable(load, palette),
    ...(first ? [renderFailures(load.failures, load.failed, { startMs, palette })] : []),
    ...(load.health.ownFailures > 0
      ? [`${count(load.health.ownFailures)} more could not be sent for want of ports, files or memory here`]
      : []),
    load.failed === 0 ? palette.good(verdict) : palette.bad(verdict),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}
