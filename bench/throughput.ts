import { Child } from './child.ts'
import { cpuTimeOf } from './cpu-time.ts'
import { estimateOf, measurePairs, type Pair, type Variant } from './figures.ts'
import type { Wire } from './protocol.ts'
import type { Generation } from './results.ts'

const CONNECTIONS = 50
const WARM_UP_MS = 600
/** Shorter than most disturbances: what else runs on the machine then falls on both blocks of a pair. */
const BLOCK_MS = 250

/** A kind of server to measure with lastcall and without. */
interface Kind {
  readonly script: string
  readonly wire: Wire
  /**
   * How lastcall comes in: by the server's own code, by `lastcall/auto`, or not at all, as a check of the
   * method.
   */
  readonly by: 'code' | 'auto' | 'nothing'
  /** Largest ratio of CPU time per request that is wanted. */
  readonly goal: number
}

/** Every kind, by the name that its figures are kept under. */
export const kinds = {
  'http, control': { script: 'http', wire: 'http', by: 'nothing', goal: 1 },
  http: { script: 'http', wire: 'http', by: 'code', goal: 1.015 },
  fastify: { script: 'fastify', wire: 'http', by: 'code', goal: 1.03 },
  https: { script: 'https', wire: 'https', by: 'code', goal: 1.03 },
  http2: { script: 'http2', wire: 'http2', by: 'code', goal: 1.03 },
  'http, auto': { script: 'http', wire: 'http', by: 'auto', goal: 1.03 },
} as const satisfies Readonly<Record<string, Kind>>

/** Name of a {@link kinds | kind}. */
export type KindName = keyof typeof kinds

type Servers = Readonly<Record<Variant, Child>>

/** What one block of requests cost a server. */
interface Block {
  readonly requests: number
  /** Microseconds, all threads. */
  readonly cpu: number
  readonly ms: number
}

/** How much is measured. */
export interface ThroughputPlan {
  /** Pairs of blocks, all generations together. */
  readonly pairs: number
  /** How often both servers are started anew. */
  readonly generations: number
  readonly bind: boolean
}

/**
 * CPU time for each request, with lastcall and without. Both servers are alive at once on the same core and
 * get blocks of requests in turn. A process keeps the luck of its memory layout and of its compiler for life:
 * all its blocks are off by the same amount. So the pairs of one generation of processes make one value, and
 * the error is that between the generations.
 */
export async function measureThroughput(
  server: KindName,
  { pairs, generations, bind }: ThroughputPlan,
  say: (line: string) => void,
): Promise<readonly Generation[]> {
  const load = new Child('clients/load.ts', { core: bind ? 1 : null })
  const done: Generation[] = []
  try {
    while (done.length < generations) {
      const count =
        Math.ceil((pairs * (done.length + 1)) / generations) - Math.ceil((pairs * done.length) / generations)
      done.push(await measureGeneration(server, { index: done.length, pairs: count, bind }, load))
      const { mean, standardError } = estimateOf(done.map(({ bare, lastcall }) => lastcall / bare))
      say(
        `${server}: generation ${done.length} of ${generations}, ${count} pairs; ratio so far ${mean.toFixed(4)} ± ${standardError.toFixed(4)}`,
      )
    }
  } finally {
    await load.end()
  }
  return done
}

async function measureGeneration(
  server: KindName,
  { index, pairs, bind }: { readonly index: number; readonly pairs: number; readonly bind: boolean },
  load: Child,
): Promise<Generation> {
  const { script, wire, by }: Kind = kinds[server]
  const start = (variant: Variant): Child =>
    new Child(`servers/${script}.ts`, {
      args: [by === 'code' ? variant : 'bare'],
      core: bind ? 0 : null,
      nodeFlags: [
        '--expose-gc',
        ...(by === 'auto' && variant === 'lastcall' ? ['--import', 'lastcall/auto'] : []),
      ],
      env: { LASTCALL_PROBE_PORT: '0', LASTCALL_PROBE_HOST: '127.0.0.1' },
    })
  // Neither side is always the one that is started and compiled first.
  const order: readonly Variant[] = index % 2 === 0 ? ['bare', 'lastcall'] : ['lastcall', 'bare']
  const servers = Object.fromEntries(order.map((variant) => [variant, start(variant)])) as Servers
  try {
    for (const variant of order) await warmUp(servers[variant], load, wire)
    const blocks = await measurePairs(pairs, (variant) =>
      measureBlock(servers[variant], load, wire, BLOCK_MS),
    )
    return summarise(blocks)
  } finally {
    await Promise.all(Object.values(servers).map((child) => child.end()))
  }
}

/**
 * All blocks of a generation together: what is rare and dear, such as a full garbage collection, belongs to
 * the cost of a request.
 */
function summarise(pairs: readonly Pair<Block>[]): Generation {
  const total = (variant: Variant, figure: keyof Block): number =>
    pairs.reduce((sum, pair) => sum + pair[variant][figure], 0)
  const perRequest = (variant: Variant): number => total(variant, 'cpu') / total(variant, 'requests')
  const both = (figure: keyof Block): number => total('bare', figure) + total('lastcall', figure)
  return {
    pairs: pairs.length,
    bare: perRequest('bare'),
    lastcall: perRequest('lastcall'),
    busy: both('cpu') / 1_000 / both('ms'),
  }
}

/**
 * Brings a server to the state in which it spends its life. After a full collection while nothing is going on
 * `process.nextTick` makes its records in a slower way (seen with `perf`:
 * Runtime_DefineKeyedOwnPropertyInLiteral), and a request of Fastify's takes a quarter more CPU. When that
 * happens by itself depends on what was loaded at the start, and it would be the whole difference between the
 * two sides.
 */
async function warmUp(server: Child, load: Child, wire: Wire): Promise<void> {
  await measureBlock(server, load, wire, WARM_UP_MS)
  await server.ask('heap')
  await measureBlock(server, load, wire, WARM_UP_MS)
}

async function measureBlock(server: Child, load: Child, wire: Wire, ms: number): Promise<Block> {
  const port = await server.ask('port')
  const before = cpuTimeOf(server.pid)
  const round = await load.ask('round', { port, wire, connections: CONNECTIONS, ms })
  return { requests: round.requests, cpu: cpuTimeOf(server.pid) - before, ms: round.ms }
}
