import { writeTable } from '../../scripts/docs/markdown.ts'
import { printNumber, printSpread, spreadOf } from '../figures.ts'
import type { Run } from '../machine.ts'
import type { Style } from '../protocol.ts'
import type { BenchSection } from '../tables.ts'
import { type Block, generatorNames, styles } from './generators.ts'
import { type LoadResults, readLoadResults } from './results.ts'

/** Share of autocannon's requests per CPU second that is wanted. */
const GOAL = 0.5
const MEGABYTE = 1_000_000

/** The sections of docs/benchmarks.md about the load engine, rendered from what is kept unless told. */
export const loadSections: readonly (Omit<BenchSection, 'render'> & {
  readonly render: (results?: LoadResults) => string
})[] = [
  { name: 'load', render: (results = readLoadResults()) => renderSpeed(results) },
  { name: 'load-memory', render: (results = readLoadResults()) => renderMemory(results) },
]

function renderSpeed({ speed }: LoadResults): string {
  const rows = styles.flatMap((style) =>
    generatorNames.map((name) => {
      const blocks = speed?.blocks[style][name] ?? []
      return [
        `${name}, ${style}`,
        ...describe(blocks),
        shareOf(speed, style, blocks, name === 'lastcall load'),
      ]
    }),
  )
  const head = ['generator, connections', 'requests/s', 'per CPU second', 'of autocannon']
  return `${writeTable([head, ...rows])}\n\n${describeRun(speed?.run)}`
}

function describe(blocks: readonly Block[]): readonly string[] {
  if (blocks.length === 0) return ['–', '–']
  const perCpu = perCpuSecond(blocks)
  return [
    printSpread(spreadOf(blocks.map(({ requestsPerSecond }) => requestsPerSecond))),
    perCpu.length === 0 ? '–' : printSpread(spreadOf(perCpu)),
  ]
}

function perCpuSecond(blocks: readonly Block[]): readonly number[] {
  return blocks.flatMap(({ requestsPerCpuSecond }) => requestsPerCpuSecond ?? [])
}

/** Of what one core can send: other work on the machine changes it less than requests per second. */
function shareOf(
  speed: LoadResults['speed'],
  style: Style,
  blocks: readonly Block[],
  isJudged: boolean,
): string {
  const median = (of: readonly Block[]): number => spreadOf(perCpuSecond(of)).median
  const share = median(blocks) / median(speed?.blocks[style].autocannon ?? [])
  if (!(share > 0)) return '–'
  const goal = share >= GOAL ? `≥ ${GOAL}: met` : `≥ ${GOAL}: missed`
  return isJudged ? `${printNumber(share, 2)}, ${goal}` : printNumber(share, 2)
}

function renderMemory({ memory }: LoadResults): string {
  const row = (what: string, bytes: number | undefined, goal: number): readonly string[] => {
    if (bytes === undefined) return [what, '–', `≤ ${goal} MB`]
    const met = bytes <= goal * MEGABYTE ? 'met' : 'missed'
    return [what, `${printNumber(bytes / MEGABYTE, 1)} MB`, `≤ ${goal} MB: ${met}`]
  }
  const { rssBytes, logBytes } = memory?.footprint ?? {}
  const rows = [row('growth of the generator (RSS)', rssBytes, 100), row('log of the agent', logBytes, 50)]
  return `${writeTable([['of a million requests', 'size', 'goal'], ...rows])}\n\n${describeRun(memory?.run)}`
}

function describeRun(run: Run | undefined): string {
  if (!run) return 'Not measured yet: `npm run bench:load`.'
  const { commit, node, date, cores, cpu, load, bound } = run
  const where = bound ? ', server and generator on a core each' : ''
  const machine = `${cores} cores (${cpu})${where}, load average ${load}`
  return `Measured at commit ${commit}, Node ${node}, ${date}, ${machine}.`
}
