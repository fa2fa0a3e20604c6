/**
 * Measures lastcall's load engine beside autocannon and, where it is there, wrk: `npm run bench:load`. Keeps
 * the figures in results.json and writes the tables of docs/benchmarks.md, which explains them.
 *
 *   --only NAME     speed or memory
 *   --blocks N      blocks of each generator in each style (9)
 *   --block-ms N    length of a block in milliseconds (2000)
 *   --requests N    requests that are recorded to measure memory (1000000)
 *   --short         one block of 200 ms and 20000 requests, to see that everything runs
 *   --dry           prints the tables and keeps nothing
 *
 * Loopback only. Ctrl-C ends every child.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { replaceSection } from '../../scripts/docs/markdown.ts'
import { installOnce } from '../../scripts/install-once.ts'
import { endChildren } from '../child.ts'
import { runProgram } from '../run-program.ts'
import { describeRun } from '../machine.ts'
import { measureLoad } from './measure.ts'
import { measureFootprint } from './memory.ts'
import { keepLoadResults, type LoadResults, readLoadResults } from './results.ts'
import { loadSections } from './tables.ts'

const page = new URL('../../docs/benchmarks.md', import.meta.url)
const parts = ['speed', 'memory'] as const

const began = performance.now()
const say = (line: string): void =>
  console.log(`[${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s] ${line}`)

function countOf(flag: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 10_000_000)
    throw new Error(`${flag}: got '${text}', wanted a whole number from 1 to 10000000`)
  return count
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      blocks: { type: 'string', default: '9' },
      'block-ms': { type: 'string', default: '2000' },
      requests: { type: 'string', default: '1000000' },
      short: { type: 'boolean', default: false },
      dry: { type: 'boolean', default: false },
    },
  })
  const chosen = parts.filter((part) => values.only === undefined || values.only === part)
  if (chosen.length === 0) throw new Error(`--only: got '${values.only}', wanted ${parts.join(', ')}`)
  const blocks = values.short ? 1 : countOf('--blocks', values.blocks)
  const blockMs = values.short ? 200 : countOf('--block-ms', values['block-ms'])
  const requests = values.short ? 20_000 : countOf('--requests', values.requests)
  const run = describeRun()
  say(`commit ${run.commit}, Node ${run.node}, ${run.cores} cores (${run.cpu}), load average ${run.load}`)
  const measured: { -readonly [Part in keyof LoadResults]?: LoadResults[Part] } = {}
  if (chosen.includes('speed')) {
    installOnce(fileURLToPath(new URL('../peers', import.meta.url)))
    measured.speed = { run, blocks: await measureLoad({ blocks, blockMs, bind: run.bound }, say) }
  }
  if (chosen.includes('memory')) measured.memory = { run, footprint: await measureFootprint(requests) }
  if (!values.dry) await keepLoadResults(measured)
  const results = { ...readLoadResults(), ...measured }
  for (const { name, render } of loadSections) {
    const table = render(results)
    console.log(`\n${table}`)
    if (!values.dry) writeFileSync(page, replaceSection(readFileSync(page, 'utf8'), name, table))
  }
}

await runProgram('bench:load', main, endChildren)
