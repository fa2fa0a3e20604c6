import { askUntil, freePort } from '../ask.ts'
import { Child } from '../../child.ts'
import { measurePairs, type Pair } from '../../figures.ts'
import { Program } from '../program.ts'
import { serverFile, Supervised } from '../supervised.ts'
import { withFolder } from '../with-peer.ts'

/** How much is measured. */
export interface OverheadPlan {
  /** How often both servers are started anew: a process keeps the luck of its memory layout for life. */
  readonly generations: number
  /** Pairs of blocks of each generation. */
  readonly pairs: number
  readonly blockMs: number
  readonly bind: boolean
}

/** Requests per second of the same program alone (`bare`) and supervised (`lastcall`), by generation. */
export type OverheadResult = readonly (readonly Pair<number>[])[]

const CONNECTIONS = 50
const WARM_UP_MS = 1_000

/** Both servers are alive at once, on the same core, and get blocks of requests in turn. */
export async function measureOverhead(
  { generations, pairs, blockMs, bind }: OverheadPlan,
  say: (line: string) => void,
): Promise<OverheadResult> {
  const load = new Child('clients/load.ts', { core: bind ? 1 : null })
  const results: (readonly Pair<number>[])[] = []
  const block = async (port: number, ms: number): Promise<number> => {
    const round = await load.ask('round', { port, wire: 'http', connections: CONNECTIONS, ms })
    return (round.requests / round.ms) * 1_000
  }
  try {
    while (results.length < generations) {
      const measured = await withServers(bind, async (ports) => {
        for (const port of Object.values(ports)) await block(port, WARM_UP_MS)
        return measurePairs(pairs, (variant) => block(ports[variant], blockMs))
      })
      results.push(measured)
      say(`overhead: generation ${results.length} of ${generations}, ${pairs} pairs`)
    }
  } finally {
    await load.end()
  }
  return results
}

async function withServers<T>(bind: boolean, use: (ports: Pair<number>) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const ports = { bare: await freePort(), lastcall: await freePort() }
    const core = bind ? 0 : null
    const bare = new Program([process.execPath, serverFile('small.ts')], {
      env: { PORT: `${ports.bare}`, LASTCALL_PROBE_PORT: '0' },
      core,
    })
    try {
      await askUntil(ports.bare, '/')
      const supervised = await Supervised.start({
        server: 'small.ts',
        folder,
        ports: { http: ports.lastcall },
        core,
      })
      try {
        return await use(ports)
      } finally {
        await supervised.end()
      }
    } finally {
      await bare.end('SIGKILL')
    }
  })
}
