import { existsSync, readFileSync } from 'node:fs'
import { writeTable } from '../../scripts/docs/markdown.ts'
import { type Column, columns, type Group } from './columns.ts'
import { type Cell, isLoss, type Results, worstOf } from './results.ts'
import { connectionRows, overtimeRows, processRows } from './scenarios/rows.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** The results that are kept in the repository. */
export const resultsFile: URL = new URL('results.json', import.meta.url)

function readResults(): Results {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as Results
}

/** The cells that are kept; none before the first run. */
export function keptCells(): Results['cells'] {
  return existsSync(resultsFile) ? readResults().cells : {}
}

/** A section of docs/comparison.md, and what stands in it. */
export interface PeerSection {
  readonly name: string
  readonly render: () => string
}

const inGroups = (...groups: readonly Group[]): readonly Column[] =>
  columns.filter(({ group }) => groups.includes(group))
const lastcall = columns.filter(({ id }) => id === 'lastcall')
/**
 * Packages that hear the signal themselves. Of the others there is nothing in a table of processes: those
 * lines are the user's own.
 */
const hearing = inGroups('hearers', 'fastify')

const tables: readonly {
  readonly name: string
  readonly rows: readonly Scenario[]
  readonly shown: readonly Column[]
}[] = [
  { name: 'closers', rows: connectionRows, shown: [...inGroups('closers'), ...lastcall] },
  { name: 'hearers', rows: connectionRows, shown: inGroups('hearers') },
  { name: 'delayed', rows: [...connectionRows, ...overtimeRows], shown: inGroups('delayed') },
  { name: 'fastify', rows: connectionRows, shown: inGroups('fastify') },
  { name: 'processes', rows: processRows, shown: hearing },
  { name: 'processes-delayed', rows: processRows, shown: inGroups('delayed') },
]

/** All of them, rendered from the results that are kept. */
export const peerSections: readonly PeerSection[] = [
  { name: 'run', render: () => describeRun(readResults()) },
  ...tables.map(({ name, rows, shown }) => ({ name, render: () => renderRows(readResults(), rows, shown) })),
  { name: 'footprints', render: () => renderFootprints(readResults()) },
]

/** Which columns a row is measured in: those of every table that has it. */
export function columnsOf(scenario: Scenario): readonly Column[] {
  const having = tables.filter(({ rows }) => rows.includes(scenario))
  return columns.filter((column) => having.some(({ shown }) => shown.includes(column)))
}

/** One table: a row a scenario. A dash is what was not run. */
export function renderRows(
  results: Results,
  rows: readonly Scenario[],
  shown: readonly Column[] = columns,
): string {
  const body = rows.map((row) => [
    row.title,
    ...shown.map((column) => renderCell(results.cells[row.id]?.[column.id], row)),
  ])
  return writeTable([['', ...shown.map(({ title }) => title)], ...body])
}

function renderCell(cell: Cell | undefined, row: Scenario): string {
  if (!cell) return '–'
  const { outcome, count, runs } = worstOf(cell)
  const word = isWrong(outcome, row) ? `**${outcome}**` : outcome
  const often = count === runs ? '' : ` (${count} of ${runs})`
  return `${word}${often}${cell.ms === null ? '' : ` · ${cell.ms}`}`
}

function isWrong(outcome: string, { wantsExit0 = false, wantsTelling = false }: Scenario): boolean {
  const exits0 = outcome.endsWith('exit 0')
  if (wantsTelling) return exits0 || outcome.endsWith('hang')
  return isLoss(outcome) || (wantsExit0 && !exits0)
}

function describeRun(results: Results): string {
  const runs = Object.values(results.cells).flatMap((row) =>
    Object.values(row).map((cell) => worstOf(cell).runs),
  )
  return `Run on ${results.date} with Node ${results.node} on ${results.platform}, Fastify ${results.fastify}; every cell ${Math.min(...runs)} times.`
}

function renderFootprints(results: Results): string {
  const rows = columns.flatMap(({ id, title, packageName }) => {
    const footprint = results.footprints[id]
    if (!footprint || id === 'lastcall-delay') return []
    const { version, bytes, packages, lines } = footprint
    const kilobytes = Math.round(bytes / 1_000).toLocaleString('en-US')
    const size = packageName === null ? ['–', '–', '–'] : [version ?? '–', `${kilobytes} kB`, `${packages}`]
    return [[title, ...size, `${lines}`]]
  })
  return writeTable([['', 'version', 'installed', 'packages', 'lines of set-up'], ...rows])
}
