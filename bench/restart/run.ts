/**
 * Measures restarts in place, beside other ways to replace a server: `npm run bench:restart`. Keeps the
 * figures in results.json, prints the tables, and writes them into docs/benchmarks.md and docs/comparison.md.
 *
 *   --only NAMES    some of many, peers, kills, overhead, handOver, with commas
 *   --peers IDS     some of lastcall, lastcall-standby, cluster, pm2, gunicorn, nginx, reuse-port
 *   --quick         little of everything, in about three minutes, to see that it runs; keeps nothing
 *   --dry           prints the tables and keeps nothing
 *
 * Measures the built package. Loopback only. A peer that is not there is left out, with a sentence. Ctrl-C
 * ends every child.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceSection } from '../../scripts/docs/markdown.ts'
import { endChildren } from '../child.ts'
import { describeRun } from '../machine.ts'
import { runProgram } from '../run-program.ts'
import { measureHandOver } from './parts/hand-over-time.ts'
import { measureKills } from './parts/kills.ts'
import { measureMany } from './parts/many-restarts.ts'
import { measureOverhead } from './parts/overhead.ts'
import { measureSideBySide } from './parts/side-by-side.ts'
import { peers } from './peers/index.ts'
import type { Peer } from './peers/peer.ts'
import { endPrograms } from './program.ts'
import {
  keepRestartResults,
  nothingMeasured,
  type Part,
  readRestartResults,
  type RestartResults,
} from './results.ts'
import { type RestartSection, restartSections } from './tables.ts'

const root = new URL('../../', import.meta.url)
const parts = Object.keys(nothingMeasured) as Part[]

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

/** How much is measured. */
const sizes = {
  full: {
    many: { requests: 1_000_000, restarts: 100 },
    peers: { rounds: 4, restarts: 10 },
    kills: 20,
    overhead: { generations: 6, pairs: 20, blockMs: 500 },
    handOver: 15,
  },
  quick: {
    many: { requests: 20_000, restarts: 4 },
    peers: { rounds: 1, restarts: 2 },
    kills: 2,
    overhead: { generations: 2, pairs: 2, blockMs: 250 },
    handOver: 2,
  },
} as const

interface Plan {
  readonly parts: readonly Part[]
  readonly peers: readonly Peer[]
  readonly size: (typeof sizes)['full' | 'quick']
  readonly keeps: boolean
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      quick: { type: 'boolean', default: false },
      dry: { type: 'boolean', default: false },
    },
  })
  if (!existsSync(fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))))
    throw new Error('there is no build to measure; make one with: npm run link')
  const ids = chosen(
    '--peers',
    values.peers,
    peers.map(({ id }) => id),
  )
  return {
    parts: chosen('--only', values.only, parts),
    peers: peers.filter(({ id }) => ids.includes(id)),
    size: sizes[values.quick ? 'quick' : 'full'],
    keeps: !values.quick && !values.dry,
  }
}

function chosen<Name extends string>(
  flag: string,
  text: string | undefined,
  known: readonly Name[],
): readonly Name[] {
  const wanted = text?.split(',') ?? known
  const unknown = wanted.filter((name) => !(known as readonly string[]).includes(name))
  if (unknown.length > 0)
    throw new Error(`${flag}: got '${unknown.join(',')}', wanted some of ${known.join(',')}`)
  return known.filter((name) => wanted.includes(name))
}

/** Peers that this machine has. */
async function prepare(all: readonly Peer[]): Promise<readonly Peer[]> {
  const ready: Peer[] = []
  for (const peer of all) {
    const problem = await peer.prepare()
    if (problem === null) ready.push(peer)
    else say(`${peer.id} is left out: ${problem}`)
  }
  return ready
}

async function measure(part: Part, plan: Plan, bind: boolean): Promise<unknown> {
  const { size, peers: wanted } = plan
  switch (part) {
    case 'many':
      return measureMany(size.many, say)
    case 'peers': {
      // A warm generation changes nothing when no process dies.
      const all = wanted.filter(({ id }) => id !== 'lastcall-standby')
      return measureSideBySide(await prepare(all), size.peers, say)
    }
    case 'kills':
      return measureKills(await prepare(wanted), size.kills, say)
    case 'overhead':
      return measureOverhead({ ...size.overhead, bind }, say)
    case 'handOver':
      return measureHandOver(size.handOver, say)
  }
}

async function main(): Promise<void> {
  const plan = readPlan()
  const run = describeRun()
  say(`commit ${run.commit}, Node ${run.node}, ${run.cores} cores (${run.cpu}), load average ${run.load}`)
  if (run.load > 0.5) say('something else runs on this machine; the figures will be worse and wider')
  let results: RestartResults = plan.keeps ? readRestartResults() : nothingMeasured
  for (const part of plan.parts) {
    say(`measuring: ${part}`)
    try {
      const measured = {
        [part]: { run, values: await measure(part, plan, run.bound) },
      } as Partial<RestartResults>
      results = { ...results, ...measured }
      if (plan.keeps) await keepRestartResults(measured)
    } catch (error) {
      say(`${part}: NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
  sayDoubts(results)
  for (const section of restartSections.filter(({ part }) => plan.parts.includes(part))) {
    const table = section.render(results)
    console.log(`\n${section.part}\n\n${table}`)
    if (plan.keeps) writeSection(section, table)
  }
}

/** What stalls of this machine may have hidden. */
function sayDoubts({ many, peers: side, kills }: RestartResults): void {
  for (const doubt of many?.values.doubts ?? []) say(`many: ${doubt}`)
  for (const measured of [side, kills]) {
    for (const [id, { doubts }] of Object.entries(measured?.values ?? {}))
      for (const doubt of doubts) say(`${id}: ${doubt}`)
  }
}

function writeSection({ page, name }: RestartSection, table: string): void {
  const file = new URL(page, root)
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), name, table))
}

await runProgram('bench:restart', main, () => {
  endChildren()
  endPrograms()
})
