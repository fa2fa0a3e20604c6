import Table from 'cli-table3'
import type { LaneFigures } from '../load/figures.ts'
import { nounOf } from '../load/lane-words.ts'
import { laneNamed } from '../load/lanes/index.ts'
import type { LoadDocument } from '../load/load-document.ts'
import type { PhasedLoad } from '../rollout/phases.ts'
import { count } from '../rollout/numbers.ts'
import type { Palette } from './palette.ts'

/**
 * One row for each lane, and for each phase if phases are known: requests, failures, latencies of successes,
 * and the longest time without a success. Without a success these cells are empty. Additional counts of a
 * lane have their own columns, if such a lane ran.
 */
export function renderLaneTable(load: LoadDocument | PhasedLoad, palette: Palette): string {
  const counted = [...new Set(load.lanes.flatMap(({ lane }) => laneNamed(lane).columns))]
  const cells = (figures: LaneFigures): readonly string[] => renderFigures(figures, { counted, palette })
  const phased = isPhased(load)
  const head = [
    `${nounOf(load.lanes.map(({ lane }) => lane))}s`,
    'failed',
    ...counted,
    'p50',
    'p99',
    'longest gap',
  ]
  const table = createTable(['lane', ...(phased ? ['phase'] : []), ...head], palette, phased ? 2 : 1)
  if (!phased) for (const lane of load.lanes) table.push([lane.lane, ...cells(lane)])
  else for (const row of phasedRows(load, cells)) table.push([...row])
  return [toText(table), ...renderLongIdle(load)].join('\n')
}

function isPhased(load: LoadDocument | PhasedLoad): load is PhasedLoad {
  return load.lanes.some((lane) => 'phases' in lane)
}

function phasedRows(
  { lanes }: PhasedLoad,
  cells: (figures: LaneFigures) => readonly string[],
): readonly (readonly string[])[] {
  return lanes.flatMap((lane) => {
    const phases = Object.entries(lane.phases)
    const all = phases.length === 1 ? [] : [['all', lane] as const]
    return [...phases, ...all].map(([phase, figures], index) => [
      index === 0 ? lane.lane : '',
      phase,
      ...cells(figures),
    ])
  })
}

/**
 * Requests of clients that paused for longer than the shutdown delay, and how many of them failed because the
 * server closed the connection. Empty without such requests.
 */
export function renderLongIdle({ lanes, idleLimitMs }: LoadDocument): readonly string[] {
  const requests = lanes.reduce((sum, lane) => sum + lane.afterLongIdle, 0)
  const raced = lanes.reduce((sum, lane) => sum + lane.raced, 0)
  if (requests === 0) return []
  return [
    `${count(raced)} of ${count(requests)} requests on connections that had been idle for more than ` +
      `${idleLimitMs / 1_000} s (the shutdown delay) were lost when the server closed the connection; ` +
      'counted separately, because no server can prevent that',
  ]
}

function renderFigures(
  figures: LaneFigures,
  { counted, palette }: { readonly counted: readonly string[]; readonly palette: Palette },
): readonly string[] {
  const format = (ms: number): string => (figures.maxMs > 0 ? formatLatency(ms) : '-')
  return [
    count(figures.requests),
    figures.failed > 0 ? palette.bad(count(figures.failed)) : '0',
    ...counted.map((name) => count(figures.counts[name] ?? 0)),
    format(figures.p50Ms),
    format(figures.p99Ms),
    format(figures.longestGapMs),
  ]
}

/** Milliseconds for a table, with one decimal for small values. */
function formatLatency(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${count(Math.round(ms))} ms`
}

/** A table as text, without the trailing spaces of its last column. */
export function toText(table: Table.Table): string {
  return table.toString().replaceAll(/ +$/gm, '')
}

/** A table without lines between rows. Columns from `firstNumber` on are aligned right. */
export function createTable(head: readonly string[], palette: Palette, firstNumber: number): Table.Table {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' }
  const noneEither = {
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
  }
  return new Table({
    head: head.map((title) => palette.faint(title)),
    chars: { ...none, ...noneEither, right: '', 'right-mid': '', middle: ' ' },
    // Turns the library's own colors off, because the palette does the coloring.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
    colAligns: head.map((_, index) => (index >= firstNumber ? 'right' : 'left')),
  })
}
