/**
 * Measures what lastcall costs, beside the same server without it: `npm run bench`. Keeps each figure in
 * results.json as soon as it is there, and writes the tables of docs/benchmarks.md, which explains them.
 * Nothing is judged by a test.
 *
 *   --only NAME        throughput, exit or heap
 *   --server NAME throughput of one kind of server: http, fastify, https, http2, 'http, auto', or 'http,
 *   control' (bare twice)
 *   --pairs N          pairs of rounds for each figure (200 for throughput, 9 for exit, 5 for heap)
 *   --generations N    how often both servers are started anew for a figure of throughput (10)
 *   --dry              prints the tables and keeps nothing
 *
 * Measures the built package. Loopback only. Ctrl-C ends every child.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceSection } from '../scripts/docs/markdown.ts'
import { endChildren } from './child.ts'
import { runProgram } from './run-program.ts'
import { exitRows, measureExit } from './exit-time.ts'
import { measureHeap } from './heap.ts'
import { describeRun } from './machine.ts'
import { keepFigure, type Part, readResults, type Results } from './results.ts'
import { benchSections } from './tables.ts'
import { type KindName, kinds, measureThroughput } from './throughput.ts'

const page = new URL('../docs/benchmarks.md', import.meta.url)
const parts = ['throughput', 'exit', 'heap'] as const satisfies readonly Part[]

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

interface Plan {
  readonly parts: readonly Part[]
  readonly servers: readonly KindName[]
  readonly pairs: number | null
  readonly generations: number
  readonly dry: boolean
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      server: { type: 'string' },
      pairs: { type: 'string' },
      generations: { type: 'string', default: '10' },
      dry: { type: 'boolean', default: false },
    },
  })
  const chosen = parts.filter((part) => values.only === undefined || values.only === part)
  if (chosen.length === 0) throw new Error(`--only: got '${values.only}', wanted ${parts.join(', ')}`)
  const names = Object.keys(kinds) as KindName[]
  const servers = names.filter((name) => values.server === undefined || values.server === name)
  if (servers.length === 0) throw new Error(`--server: got '${values.server}', wanted ${names.join(', ')}`)
  const pairs = values.pairs === undefined ? null : countOf('--pairs', values.pairs)
  const generations = countOf('--generations', values.generations)
  // A generation without a pair has no value.
  if (chosen.includes('throughput') && (pairs ?? 200) < generations)
    throw new Error(`--pairs: got ${pairs}, wanted one for each of the ${generations} generations at least`)
  if (!existsSync(fileURLToPath(import.meta.resolve('lastcall'))))
    throw new Error('there is no build to measure; make one with: npm run link')
  return { parts: chosen, servers, pairs, generations, dry: values.dry }
}

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1_000)
    throw new Error(`${flag}: got '${text}', wanted a whole number from 1 to 1000`)
  return count
}

/** A figure that is still to be measured. */
interface Figure {
  readonly part: Part
  readonly name: string
  /** Null when this machine cannot. */
  readonly measure: () => Promise<Results[Part][string]['values'] | null>
}

function figuresOf({ parts, servers, pairs, generations }: Plan, bind: boolean): readonly Figure[] {
  const figures: readonly Figure[] = [
    ...servers.map((name) => ({
      part: 'throughput' as const,
      name,
      measure: () => measureThroughput(name, { pairs: pairs ?? 200, generations, bind }, say),
    })),
    ...exitRows.map((row) => ({
      part: 'exit' as const,
      name: row.name,
      measure: () => measureExit(row, pairs ?? 9, bind, say),
    })),
    { part: 'heap', name: 'http', measure: () => measureHeap(pairs ?? 5, bind, say) },
  ]
  return figures.filter(({ part }) => parts.includes(part))
}

async function main(): Promise<void> {
  const plan = readPlan()
  const run = describeRun()
  say(`commit ${run.commit}, Node ${run.node}, ${run.cores} cores (${run.cpu}), load average ${run.load}`)
  say(run.bound ? 'server on core 0, client on core 1' : 'without taskset: server and client share the cores')
  if (run.load > 0.5) say('something else runs on this machine; the figures will be worse and wider')
  let results = plan.dry ? { throughput: {}, exit: {}, heap: {} } : readResults()
  for (const { part, name, measure } of figuresOf(plan, run.bound)) {
    try {
      const values = await measure()
      if (values === null) continue
      const measured = { run, values } as Results[Part][string]
      results = { ...results, [part]: { ...results[part], [name]: measured } }
      if (!plan.dry) await keepFigure(part, name, measured)
    } catch (error) {
      say(`${part}, ${name}: NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
  for (const part of plan.parts) {
    const table = benchSections.find(({ name }) => name === part)?.render(results) ?? ''
    console.log(`\n${table}`)
    if (!plan.dry) writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), part, table))
  }
}

await runProgram('bench', main, endChildren)
