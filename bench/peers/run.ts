/**
 * Compares lastcall with the packages that do part of its work: `npm run bench:peers`. Writes results.json
 * and the tables of docs/comparison.md.
 *
 *   --runs N        how often each cell is run (3)
 *   --jobs N        how many cells are run at once (2)
 *   --only TEXT     scenarios of this id; several with commas. What else is in results.json stays
 *   --peers TEXT    columns of this id; several with commas
 *   --dry           prints the tables and writes nothing
 *
 * lastcall is this checkout's source; its size is that of the build. Everything is on the loopback; a host
 * that does not end is ended after 8 s. Ctrl-C ends every host.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import { installOnce } from '../../scripts/install-once.ts'
import { replaceSection } from '../../scripts/docs/markdown.ts'
import { measureCell } from './cell.ts'
import { type Column, columns } from './columns.ts'
import { footprintOf, versionOf } from './footprint.ts'
import { endHosts } from './hosted.ts'
import { runProgram } from '../run-program.ts'
import { type Cell, type Results, worstOf } from './results.ts'
import { allRows } from './scenarios/rows.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { columnsOf, keptCells, peerSections, renderRows, resultsFile } from './tables.ts'

const page = new URL('../../docs/comparison.md', import.meta.url)
const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

interface Plan {
  readonly runs: number
  readonly jobs: number
  readonly dry: boolean
  readonly cells: readonly { readonly scenario: Scenario; readonly column: Column }[]
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      jobs: { type: 'string', default: '2' },
      only: { type: 'string' },
      peers: { type: 'string' },
      dry: { type: 'boolean', default: false },
    },
  })
  const scenarios = chosen('--only', values.only, allRows)
  const peers = chosen('--peers', values.peers, columns)
  const cells = scenarios.flatMap((scenario) =>
    columnsOf(scenario)
      .filter((column) => peers.includes(column))
      .map((column) => ({ scenario, column })),
  )
  return {
    runs: countOf('--runs', values.runs),
    jobs: countOf('--jobs', values.jobs),
    dry: values.dry,
    cells,
  }
}

function chosen<T extends { readonly id: string }>(
  flag: string,
  ids: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (ids === undefined) return all
  const wanted = ids.split(',')
  const unknown = wanted.filter((id) => !all.some((one) => one.id === id))
  if (unknown.length > 0)
    throw new Error(
      `${flag}: got '${unknown.join(',')}', wanted some of ${all.map(({ id }) => id).join(',')}`,
    )
  return all.filter(({ id }) => wanted.includes(id))
}

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 100)
    throw new Error(`${flag}: got '${text}', wanted a whole number from 1 to 100`)
  return count
}

/**
 * Measures all cells, and keeps every one as soon as it is there: a run that breaks off has not been for
 * nothing.
 */
async function measure({ cells, runs, jobs, dry }: Plan, facts: Facts): Promise<Results['cells']> {
  const measured: Record<string, Record<string, Cell>> = {}
  const left = [...cells]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { scenario, column } = next
      try {
        const cell = await measureCell(column, scenario, runs)
        ;(measured[scenario.id] ??= {})[column.id] = cell
        const { outcome, count } = worstOf(cell)
        say(`${scenario.id}, ${column.id}: ${outcome} (${count} of ${runs}), ${cell.ms ?? '-'} ms`)
      } catch (error) {
        say(`${scenario.id}, ${column.id}: NOT MEASURED: ${String(error)}`)
        process.exitCode = 1
      }
      if (!dry) await keep(facts, measured)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return measured
}

async function keep(facts: Facts, measured: Results['cells']): Promise<void> {
  const results: Results = { ...facts, cells: merge(keptCells(), measured) }
  const text = await format(JSON.stringify(results), { parser: 'json', printWidth: 110 })
  writeFileSync(resultsFile, text)
}

type Facts = Omit<Results, 'cells'>

function readFacts(): Facts {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
    fastify: versionOf('fastify'),
    footprints: Object.fromEntries(columns.map((column) => [column.id, footprintOf(column)])),
  }
}

/** What is measured now in the place of what was kept, in the order of the tables. */
function merge(kept: Results['cells'], measured: Results['cells']): Results['cells'] {
  return Object.fromEntries(
    allRows.map((scenario) => {
      const row = { ...kept[scenario.id], ...measured[scenario.id] }
      const ordered = columnsOf(scenario).flatMap(({ id }) => (row[id] ? [[id, row[id]] as const] : []))
      return [scenario.id, Object.fromEntries(ordered)]
    }),
  )
}

async function main(): Promise<void> {
  installOnce('bench/peers')
  const plan = readPlan()
  say(`${plan.cells.length} cells, each ${plan.runs} times, ${plan.jobs} at once`)
  const facts = readFacts()
  const measured = await measure(plan, facts)
  if (plan.dry) {
    const rows = [...new Set(plan.cells.map(({ scenario }) => scenario))]
    const shown = columns.filter((column) => plan.cells.some((cell) => cell.column === column))
    console.log(renderRows({ ...facts, cells: measured }, rows, shown))
    return
  }
  // Those that were kept on the way may have been written in another order than they were measured in.
  await keep(facts, measured)
  const text = peerSections.reduce(
    (text, { name, render }) => replaceSection(text, name, render()),
    readFileSync(page, 'utf8'),
  )
  writeFileSync(page, text)
}

await runProgram('bench:peers', main, endHosts)
