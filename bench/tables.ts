import { writeTable } from '../scripts/docs/markdown.ts'
import { exitRows } from './exit-time.ts'
import { estimateOf, type Pair, printNumber, printSpread, spreadOf } from './figures.ts'
import { type Generation, type Measured, type Part, readResults, type Results } from './results.ts'
import { type KindName, kinds } from './throughput.ts'

/** A section of docs/benchmarks.md, and what stands in it. */
export interface BenchSection {
  readonly name: string
  readonly render: (results?: Results) => string
}

/** All of them, rendered from the results that are kept. */
export const benchSections: readonly BenchSection[] = [
  { name: 'throughput', render: (results = readResults()) => renderThroughput(results) },
  { name: 'exit', render: (results = readResults()) => renderExit(results) },
  { name: 'heap', render: (results = readResults()) => renderHeap(results) },
]

const titles: Readonly<Record<KindName, string>> = {
  'http, control': '`node:http`, bare twice',
  http: '`node:http`',
  fastify: 'Fastify 5',
  https: '`node:https`',
  http2: 'HTTP/2',
  'http, auto': '`node:http` under auto',
}

function renderThroughput({ throughput }: Results): string {
  const rows = (Object.keys(kinds) as KindName[]).map((kind) => [
    titles[kind],
    ...describeCost(kinds[kind].goal, throughput[kind]?.values),
  ])
  const head = ['server', 'bare, µs', 'lastcall, µs', 'lastcall / bare', 'goal', 'pairs', 'busy']
  return `${writeTable([head, ...rows])}\n\n${describeRuns('throughput', throughput)}`
}

function describeCost(goal: number, generations: readonly Generation[] = []): readonly string[] {
  if (generations.length === 0) return ['–', '–', '–', '–', '–', '–']
  const mean = (figure: keyof Generation): number =>
    estimateOf(generations.map((generation) => generation[figure])).mean
  const ratio = estimateOf(generations.map(({ bare, lastcall }) => lastcall / bare))
  const pairs = generations.reduce((sum, generation) => sum + generation.pairs, 0)
  return [
    printNumber(mean('bare'), 2),
    printNumber(mean('lastcall'), 2),
    `${printNumber(ratio.mean, 4)} ± ${printNumber(ratio.standardError, 4)}`,
    judge(goal, ratio),
    `${pairs} in ${generations.length}`,
    `${printNumber(100 * mean('busy'), 0)} %`,
  ]
}

/** Met or missed only when the mean is two standard errors away from the goal. */
function judge(goal: number, { mean, standardError }: { mean: number; standardError: number }): string {
  const wanted = goal === 1 ? '1' : `≤ ${goal}`
  const isWithin = Math.abs(mean - goal) <= 2 * standardError
  if (goal === 1) return `${wanted}: ${isWithin ? 'met' : 'missed'}`
  if (isWithin) return `${wanted}: undecided`
  return `${wanted}: ${mean < goal ? 'met' : 'missed'}`
}

function renderExit({ exit }: Results): string {
  const rows = exitRows.map(({ name }) => [name, ...describePairs(exit[name]?.values, 1)])
  const head = ['idle keep-alive connections', 'bare, ms', 'lastcall, ms', 'difference, ms']
  return `${writeTable([head, ...rows])}\n\n${describeRuns('exit', exit)}`
}

function renderHeap({ heap }: Results): string {
  const rows = [['`node:http`', ...describePairs(heap['http']?.values, 0)]]
  const head = ['server', 'bare, bytes', 'lastcall, bytes', 'difference, bytes']
  return `${writeTable([head, ...rows])}\n\n${describeRuns('heap', heap)}`
}

function describePairs(pairs: readonly Pair<number>[] = [], digits: number): readonly string[] {
  if (pairs.length === 0) return ['–', '–', '–']
  const sides = [
    pairs.map(({ bare }) => bare),
    pairs.map(({ lastcall }) => lastcall),
    pairs.map(({ bare, lastcall }) => lastcall - bare),
  ]
  return sides.map((values) => printSpread(spreadOf(values), digits))
}

/**
 * Where and when the figures of a table were measured: one line, or one for each run when they come from
 * several.
 */
function describeRuns(part: Part, measured: Readonly<Record<string, Measured<unknown>>>): string {
  const lines = Object.values(measured).map(({ run }) => {
    const binding = run.bound ? 'server and client on a core each' : 'server and client on the same cores'
    return `commit ${run.commit}, Node ${run.node}, ${run.date}, ${run.cores} cores (${run.cpu}), ${binding}`
  })
  const distinct = [...new Set(lines)]
  if (distinct.length === 0) return `Not measured yet: \`npm run bench -- --only ${part}\`.`
  return distinct.map((line) => `Measured at ${line}.`).join('\n\n')
}
