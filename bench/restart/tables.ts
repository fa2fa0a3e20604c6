import { type Table, writeTable } from '../../scripts/docs/markdown.ts'
import { estimateOf, type Pair, printNumber, printSpread, spreadOf } from '../figures.ts'
import type { LaneResult } from './load.ts'
import { peers } from './peers/index.ts'
import type { ManyResult } from './parts/many-restarts.ts'
import { type Measured, type Part, readRestartResults, type RestartResults } from './results.ts'

/** A table, and where it stands in the documentation. */
export interface RestartSection {
  readonly part: Part
  /** Path from the top of the repository. */
  readonly page: string
  /** Name of the section of the page. */
  readonly name: string
  readonly render: (results?: RestartResults) => string
}

const MEGABYTE = 1_000_000
const GOALS = { ratio: 0.99, memory: 60 * MEGABYTE, handOverMs: 50 } as const

/** All tables, rendered from the results that are kept unless told. */
export const restartSections: readonly RestartSection[] = [
  section('many', 'restart', ({ many }) => [manyTable(many?.values), many]),
  section('peers', 'restart-peers', ({ peers: measured }) => [peersTable(measured?.values), measured]),
  section('kills', 'restart-kills', ({ kills }) => [killsTable(kills?.values), kills]),
  section('overhead', 'restart-overhead', ({ overhead }) => [overheadTable(overhead?.values), overhead]),
  section('handOver', 'restart-hand-over', ({ handOver }) => [handOverTable(handOver?.values), handOver]),
]

function section(
  part: Part,
  name: string,
  read: (results: RestartResults) => readonly [Table, Measured<unknown> | null],
): RestartSection {
  return {
    part,
    page: ['peers', 'kills'].includes(part) ? 'docs/comparison.md' : 'docs/benchmarks.md',
    name,
    render(results = readRestartResults()) {
      const [table, measured] = read(results)
      return `${writeTable(table)}\n\n${describeRun(part, measured)}`
    },
  }
}

const laneTitles: Readonly<Record<string, string>> = {
  'keep-alive': 'HTTP/1, keep-alive',
  'new-connections': 'HTTP/1, a new connection for each',
  http2: 'HTTP/2',
  websocket: 'WebSocket messages, reconnect on 1001',
}

function manyTable(result: ManyResult | undefined): Table {
  const head = ['what', 'requests', 'failed', 'longest answer']
  const rows = (['plain', 'tls'] as const).flatMap((wire) =>
    (result?.lanes[wire] ?? []).map((lane) => [
      `${laneTitles[lane.lane] ?? lane.lane}${wire === 'tls' ? ', TLS' : ''}`,
      ...describeLane(lane),
    ]),
  )
  const all = Object.values(result?.lanes ?? {}).flat()
  const total = (figure: 'requests' | 'failed'): number => all.reduce((sum, lane) => sum + lane[figure], 0)
  const sum = result
    ? [`**all, in ${count(result.restarts)} restarts**`, count(total('requests')), count(total('failed')), '']
    : ['all', '–', '–', '–']
  const memory = result?.memory.now
  const judged = memory === undefined ? '–' : judge('≤ 60 MB', memory <= GOALS.memory)
  const megabytes = memory === undefined ? '–' : `${printNumber(memory / MEGABYTE, 1)} MB`
  return [head, ...rows, sum, ['memory of the supervisor (RSS)', megabytes, judged, '']]
}

function describeLane({ requests, failed, codes, longestMs }: LaneResult): readonly string[] {
  return [count(requests), describeFailed(failed, codes), `${count(longestMs)} ms`]
}

function describeFailed(failed: number, codes: LaneResult['codes']): string {
  const words = Object.entries(codes).map(([code, times]) => `${count(times)} ${code}`)
  return failed === 0 ? '0' : `${count(failed)} (${words.join(', ')})`
}

function peersTable(results: NonNullable<RestartResults['peers']>['values'] = {}): Table {
  const head = [
    'restarted by',
    'restarts',
    'requests',
    'failed, keep-alive',
    'failed, new connections',
    'longest answer',
  ]
  const rows = peers
    .filter(({ id }) => id !== 'lastcall-standby')
    .map(({ id, title }) => {
      const result = results[id]
      if (!result) return [title, '–', '–', '–', '–', '–']
      const failedIn = (name: string): string => {
        const lane = result.lanes.find((one) => one.lane === name)
        return lane ? describeFailed(lane.failed, lane.codes) : '–'
      }
      const requests = result.lanes.reduce((sum, lane) => sum + lane.requests, 0)
      const longest = result.lanes.reduce((most, lane) => Math.max(most, lane.longestMs), 0)
      const failed = [failedIn('keep-alive'), failedIn('new-connections')]
      return [title, count(result.restarts), count(requests), ...failed, `${count(longest)} ms`]
    })
  return [head, ...rows]
}

function killsTable(results: NonNullable<RestartResults['kills']>['values'] = {}): Table {
  const head = [
    'served by',
    'kills',
    'requests',
    'refused',
    'not answered within 10 s',
    'lost',
    'longest wait',
  ]
  const rows = peers
    .filter(({ restartsAfterKill }) => restartsAfterKill)
    .map(({ id, title }) => {
      const result = results[id]
      if (!result) return [title, '–', '–', '–', '–', '–', '–']
      const { kills, requests, refused, unanswered, lost, longestMs } = result
      return [title, ...[kills, requests, refused, unanswered, lost].map(count), `${count(longestMs)} ms`]
    })
  return [head, ...rows]
}

function overheadTable(generations: readonly (readonly Pair<number>[])[] = []): Table {
  const head = [
    'server',
    'alone, requests/s',
    'supervised, requests/s',
    'supervised / alone',
    'goal',
    'pairs',
  ]
  const pairs = generations.flat()
  if (pairs.length === 0) return [head, ['`node:http`', '–', '–', '–', '–', '–']]
  // A process keeps the luck of its memory layout for life, so the pairs of one generation make one value.
  const { mean, standardError } = estimateOf(
    generations.map((own) => spreadOf(own.map(({ bare, lastcall }) => lastcall / bare)).median),
  )
  return [
    head,
    [
      '`node:http`',
      printSpread(spreadOf(pairs.map(({ bare }) => bare))),
      printSpread(spreadOf(pairs.map(({ lastcall }) => lastcall))),
      `${printNumber(mean, 4)} ± ${printNumber(standardError, 4)}`,
      judge(`≥ ${GOALS.ratio}`, mean >= GOALS.ratio),
      `${pairs.length} in ${generations.length}`,
    ],
  ]
}

function handOverTable(pairs: readonly Pair<number>[] = []): Table {
  const head = ['server', 'its own start, ms', 'SIGHUP to the first answer, ms', 'difference, ms', 'goal']
  if (pairs.length === 0) return [head, ['`node:http`', '–', '–', '–', '–']]
  const difference = spreadOf(pairs.map(({ bare, lastcall }) => lastcall - bare))
  return [
    head,
    [
      '`node:http`',
      printSpread(spreadOf(pairs.map(({ bare }) => bare))),
      printSpread(spreadOf(pairs.map(({ lastcall }) => lastcall))),
      printSpread(difference),
      judge(`≤ ${GOALS.handOverMs}`, difference.median <= GOALS.handOverMs),
    ],
  ]
}

const count = (value: number): string => printNumber(value, 0)

function judge(goal: string, isMet: boolean): string {
  return `${goal}: ${isMet ? 'met' : 'missed'}`
}

function describeRun(part: Part, measured: Measured<unknown> | null): string {
  if (!measured) return `Not measured yet: \`npm run bench:restart -- --only ${part}\`.`
  const { commit, node, date, cores, cpu, load } = measured.run
  return `Measured at commit ${commit}, Node ${node}, ${date}, ${cores} cores (${cpu}), load average ${load}.`
}
