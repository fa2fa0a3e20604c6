/**
 * Measures what lastcall costs, beside the same server without it: `npm run bench`. Nothing is judged here; docs/benchmarks.md explains the figures.
 *
 *   --only NAME     throughput, exit or heap
 *   --server NAME   throughput of one kind of server: http, fastify, https, http2, 'http, auto'
 *   --pairs N       pairs of rounds for each figure (100 for throughput, 5 for the others)
 *   --json FILE     writes every round as well
 *
 * Measures the built package. Loopback only. Ctrl-C ends every child.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endChildren } from './child.ts'
import { measureExit, printExit } from './exit-time.ts'
import { measureHeap, printHeap } from './heap.ts'
import { describeMachine } from './machine.ts'
import { type KindName, kinds, measureThroughput, printThroughput, type Throughput } from './throughput.ts'

const parts = ['throughput', 'exit', 'heap'] as const
type Part = (typeof parts)[number]

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

interface Plan {
  readonly parts: readonly Part[]
  readonly servers: readonly KindName[]
  readonly pairs: number | null
  readonly json: string | null
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      server: { type: 'string' },
      pairs: { type: 'string' },
      json: { type: 'string' },
    },
  })
  const chosen = parts.filter((part) => values.only === undefined || values.only === part)
  if (chosen.length === 0) throw new Error(`--only: got '${values.only}', wanted ${parts.join(', ')}`)
  const names = Object.keys(kinds) as KindName[]
  const servers = names.filter((name) => values.server === undefined || values.server === name)
  if (servers.length === 0) throw new Error(`--server: got '${values.server}', wanted ${names.join(', ')}`)
  const pairs = values.pairs === undefined ? null : Number(values.pairs)
  if (pairs !== null && !(Number.isInteger(pairs) && pairs >= 1 && pairs <= 1_000)) {
    throw new Error(`--pairs: got '${values.pairs}', wanted a whole number from 1 to 1000`)
  }
  if (!existsSync(fileURLToPath(import.meta.resolve('lastcall')))) {
    throw new Error('there is no build to measure; make one with: npm run link')
  }
  return { parts: chosen, servers, pairs, json: values.json ?? null }
}

async function main(): Promise<void> {
  const plan = readPlan()
  const machine = describeMachine()
  const bind = machine.canBind
  const { node, cpu, cores, platform, load } = machine
  say(`Node ${node}, ${platform}, ${cores} cores (${cpu}), load average ${load}`)
  say(bind ? 'server on core 0, client on core 1' : 'without taskset: server and client share the cores')
  if (load > 0.5) say('something else runs on this machine; the figures will be worse and wider')
  const tables: string[] = []
  const results: Record<string, unknown> = { machine }
  if (plan.parts.includes('throughput')) {
    const throughput: Throughput[] = []
    for (const server of plan.servers) {
      throughput.push(await measureThroughput(server, plan.pairs ?? 100, bind, say))
    }
    tables.push(printThroughput(throughput))
    results['throughput'] = throughput
  }
  if (plan.parts.includes('exit')) {
    const exit = await measureExit(plan.pairs ?? 5, bind, say)
    tables.push(printExit(exit))
    results['exit'] = exit
  }
  if (plan.parts.includes('heap')) {
    const heap = await measureHeap(plan.pairs ?? 5, bind, say)
    if (heap) tables.push(printHeap(heap))
    results['heap'] = heap
  }
  console.log(`\n${tables.join('\n\n')}`)
  if (plan.json !== null) writeFileSync(plan.json, `${JSON.stringify(results, null, 2)}\n`)
}

for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(name, () => {
    endChildren()
    process.exit(code)
  })
}

try {
  await main()
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
} finally {
  endChildren()
}
