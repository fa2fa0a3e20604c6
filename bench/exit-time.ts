import { Child } from './child.ts'
import { requestOnce } from './clients/raw-request.ts'
import { measurePairs, type Pair, printColumns, printSpread, spreadOf, type Variant } from './figures.ts'
import { connectionsProblem } from './machine.ts'

/** Longer than lastcall's settling of 100 ms, so that what is left after it is closing and exiting. */
const DELAY_MS = 500

/** What is in flight when the signal comes: one slow request beside the idle connections, or nothing. */
export type Situation = 'slow request' | 'idle only'

/** Milliseconds to the exit, all rounds of one situation. */
export interface ExitTime {
  readonly connections: number
  readonly situation: Situation
  readonly pairs: readonly Pair<number>[]
}

export async function measureExit(
  pairs: number,
  bind: boolean,
  say: (line: string) => void,
): Promise<readonly ExitTime[]> {
  const results: ExitTime[] = []
  for (const connections of [1_000, 10_000]) {
    const problem = connectionsProblem(connections)
    if (problem) {
      say(`exit: ${connections} connections are NOT POSSIBLE here: ${problem}`)
      continue
    }
    for (const situation of ['slow request', 'idle only'] as const) {
      const measure = situation === 'idle only' ? exitWithIdleOnly : exitAfterAnswer
      const done = await measurePairs(pairs, async (variant) => {
        const ms = await measure(variant, connections, bind)
        say(`exit: ${connections} idle connections, ${situation}, ${variant}: ${ms.toFixed(1)} ms`)
        return ms
      })
      results.push({ connections, situation, pairs: done })
    }
  }
  return results
}

/** From the last byte of the last answer to the exit. The signal comes while the request is in flight. */
async function exitAfterAnswer(variant: Variant, connections: number, bind: boolean): Promise<number> {
  return withIdleConnections({ variant, connections, bind, delayMs: 0 }, async (server) => {
    const port = await server.ask('port')
    const sent = Promise.withResolvers<void>()
    const answer = requestOnce(port, '/slow', sent.resolve)
    await sent.promise
    // Its answer takes 1.5 s; the question behind it comes back when the server has read both.
    await server.ask('cpu')
    server.kill('SIGTERM')
    const { at } = await answer
    return (await server.exited) - at
  })
}

/** From the moment at which connections may be closed to the exit, with nothing in flight. */
async function exitWithIdleOnly(variant: Variant, connections: number, bind: boolean): Promise<number> {
  return withIdleConnections({ variant, connections, bind, delayMs: DELAY_MS }, async (server) => {
    const signalled = performance.now()
    server.kill('SIGTERM')
    return (await server.exited) - signalled - DELAY_MS
  })
}

interface Setup {
  readonly variant: Variant
  readonly connections: number
  readonly bind: boolean
  readonly delayMs: number
}

async function withIdleConnections(
  { variant, connections, bind, delayMs }: Setup,
  measure: (server: Child) => Promise<number>,
): Promise<number> {
  const server = new Child('servers/http.ts', { args: [variant, String(delayMs)], core: bind ? 0 : null })
  const holder = new Child('clients/hold.ts', { core: bind ? 1 : null })
  try {
    const port = await server.ask('port')
    const held = await holder.ask('hold', { port, connections })
    if (held !== connections) throw new Error(`only ${held} of ${connections} connections are open`)
    const ms = await measure(server)
    if (server.exitCode !== 0) throw new Error(`${variant}: exit code ${server.exitCode}, wanted 0`)
    return ms
  } finally {
    await Promise.all([server.end(), holder.end()])
  }
}

export function printExit(results: readonly ExitTime[]): string {
  const rows = results.map(({ connections, situation, pairs }) => [
    `${connections.toLocaleString('en-US')} idle, ${situation}`,
    printSpread(spreadOf(pairs.map(({ bare }) => bare)), 1),
    printSpread(spreadOf(pairs.map(({ lastcall }) => lastcall)), 1),
    printSpread(spreadOf(pairs.map(({ bare, lastcall }) => lastcall - bare)), 1),
  ])
  return [
    'Milliseconds to the exit: "slow request" from the last byte of its answer, "idle only" from the end of the shutdown delay.',
    'Goals: 1,000 with a slow request <= 50; 10,000 no more than bare Node needs',
    printColumns([['connections', 'bare', 'lastcall', 'difference'], ...rows]),
  ].join('\n')
}
