import { Child } from './child.ts'
import {
  measurePairs,
  type Pair,
  printColumns,
  printQuartiles,
  printSpread,
  type Spread,
  spreadOf,
  type Variant,
} from './figures.ts'
import type { Wire } from './protocol.ts'

const CONNECTIONS = 50
const WARM_UP_MS = 1_000
/** Shorter than most disturbances: what else runs on the machine then falls on both rounds of a pair. */
const ROUND_MS = 200
/** A process keeps the luck of its memory layout and of its compiler for life, so every few pairs get new ones. */
const PAIRS_A_PROCESS = 20

/** A kind of server to measure with lastcall and without. */
interface Kind {
  readonly script: string
  readonly wire: Wire
  /** Whether lastcall comes through `lastcall/auto`, and the program is the bare one on both sides. */
  readonly auto?: true
}

/** Every kind, by the name that the figures are printed under. */
export const kinds = {
  http: { script: 'http', wire: 'http' },
  fastify: { script: 'fastify', wire: 'http' },
  https: { script: 'https', wire: 'https' },
  http2: { script: 'http2', wire: 'http2' },
  'http, auto': { script: 'http', wire: 'http', auto: true },
} as const satisfies Readonly<Record<string, Kind>>

/** Name of a {@link kinds | kind}. */
export type KindName = keyof typeof kinds

/** One round against one server. */
export interface RoundFigures {
  readonly requestsPerSecond: number
  /** CPU of the whole server process, in microseconds. */
  readonly cpuPerRequest: number
  /** CPU time over time: near 1 the server is what limits, far below it the client is. */
  readonly serverBusy: number
}

/** All rounds of one kind of server. */
export interface Throughput {
  readonly server: string
  readonly pairs: readonly Pair<RoundFigures>[]
  /** lastcall over bare, pair by pair. */
  readonly requestsRatio: Spread
  readonly cpuRatio: Spread
}

type Servers = Readonly<Record<Variant, Child>>

export async function measureThroughput(
  server: KindName,
  pairs: number,
  bind: boolean,
  say: (line: string) => void,
): Promise<Throughput> {
  const load = new Child('clients/load.ts', { core: bind ? 1 : null })
  const done: Pair<RoundFigures>[] = []
  try {
    while (done.length < pairs) {
      const count = Math.min(PAIRS_A_PROCESS, pairs - done.length)
      done.push(...(await measureWithNewServers(server, count, load, bind)))
      const { median } = spreadOf(done.map(requestsRatio))
      say(`${server}: ${done.length} of ${pairs} pairs, ratio so far ${median.toFixed(3)}`)
    }
  } finally {
    await load.end()
  }
  return {
    server,
    pairs: done,
    requestsRatio: spreadOf(done.map(requestsRatio)),
    cpuRatio: spreadOf(done.map(({ bare, lastcall }) => lastcall.cpuPerRequest / bare.cpuPerRequest)),
  }
}

const requestsRatio = ({ bare, lastcall }: Pair<RoundFigures>): number =>
  lastcall.requestsPerSecond / bare.requestsPerSecond

async function measureWithNewServers(
  server: KindName,
  count: number,
  load: Child,
  bind: boolean,
): Promise<readonly Pair<RoundFigures>[]> {
  const { script, wire, auto }: Kind = kinds[server]
  const start = (variant: Variant): Child =>
    new Child(`servers/${script}.ts`, {
      args: [auto ? 'bare' : variant],
      core: bind ? 0 : null,
      nodeFlags: ['--expose-gc', ...(auto && variant === 'lastcall' ? ['--import', 'lastcall/auto'] : [])],
      env: { LASTCALL_PROBE_PORT: '0', LASTCALL_PROBE_HOST: '127.0.0.1' },
    })
  const servers: Servers = { bare: start('bare'), lastcall: start('lastcall') }
  try {
    for (const child of Object.values(servers)) await warmUp(child, load, wire)
    return await measurePairs(count, (variant) => measureRound(servers[variant], load, wire, ROUND_MS))
  } finally {
    await Promise.all(Object.values(servers).map((child) => child.end()))
  }
}

/**
 * Brings a server to the state in which it spends its life. After a full collection while nothing is going on `process.nextTick` makes its records in a slower
 * way (seen with `perf`: Runtime_DefineKeyedOwnPropertyInLiteral), and a request of Fastify's takes a quarter more CPU. When that happens by itself depends
 * on what was loaded at the start, and it would be the whole difference between the two sides.
 */
async function warmUp(server: Child, load: Child, wire: Wire): Promise<void> {
  await measureRound(server, load, wire, WARM_UP_MS)
  await server.ask('heap')
  await measureRound(server, load, wire, WARM_UP_MS)
}

async function measureRound(server: Child, load: Child, wire: Wire, ms: number): Promise<RoundFigures> {
  const port = await server.ask('port')
  const before = await server.ask('cpu')
  const round = await load.ask('round', { port, wire, connections: CONNECTIONS, ms })
  const cpu = (await server.ask('cpu')) - before
  return {
    requestsPerSecond: (round.requests / round.ms) * 1_000,
    cpuPerRequest: cpu / round.requests,
    serverBusy: cpu / 1_000 / round.ms,
  }
}

export function printThroughput(results: readonly Throughput[]): string {
  const rows = results.flatMap(({ server, pairs, ...ratios }) => {
    const of = (variant: Variant, figure: keyof RoundFigures): Spread =>
      spreadOf(pairs.map((pair) => pair[variant][figure]))
    const row = (figure: 'requestsPerSecond' | 'cpuPerRequest', digits: number): string[] =>
      [of('bare', figure), of('lastcall', figure)].map((spread) => printSpread(spread, digits))
    return [
      [`${server}, requests/s`, ...row('requestsPerSecond', 0), printQuartiles(ratios.requestsRatio, 3)],
      [`${server}, CPU µs/request`, ...row('cpuPerRequest', 1), printQuartiles(ratios.cpuRatio, 3)],
    ]
  })
  const busy = results.map(({ server, pairs }) => {
    const share = spreadOf(
      pairs.flatMap(({ bare, lastcall }) => [bare.serverBusy, lastcall.serverBusy]),
    ).median
    return `${server} ${Math.round(share * 100)} %`
  })
  return [
    `Requests on ${CONNECTIONS} keep-alive connections; goal: ratio of requests >= 0.98. Median [middle half] (min..max).`,
    printColumns([['figure', 'bare', 'lastcall', 'lastcall / bare'], ...rows]),
    `  the server was busy (below 95 % something else was in the way): ${busy.join(', ')}`,
  ].join('\n')
}
