import { Child } from './child.ts'
import { requestOnce } from './clients/raw-request.ts'
import { measurePairs, type Pair, type Variant } from './figures.ts'
import { connectionsProblem } from './machine.ts'

/** Longer than lastcall's settling of 100 ms, so that what is left after it is closing and exiting. */
const DELAY_MS = 500

/** What is in flight when the signal comes: one slow request beside the idle connections, or nothing. */
export type Situation = 'slow request' | 'idle only'

/** Numbers of idle connections, and what else there is at the signal. */
export const exitRows = [1_000, 10_000].flatMap((connections) =>
  (['slow request', 'idle only'] as const).map((situation) => ({
    name: `${connections.toLocaleString('en-US')} idle, ${situation}`,
    connections,
    situation,
  })),
)

/** Milliseconds to the exit, pair by pair; null when this machine cannot hold so many connections. */
export async function measureExit(
  { name, connections, situation }: (typeof exitRows)[number],
  pairs: number,
  bind: boolean,
  say: (line: string) => void,
): Promise<readonly Pair<number>[] | null> {
  const problem = connectionsProblem(connections)
  if (problem) {
    say(`exit: ${connections} connections are NOT POSSIBLE here: ${problem}`)
    return null
  }
  const measure = situation === 'idle only' ? exitWithIdleOnly : exitAfterAnswer
  return measurePairs(pairs, async (variant, pair) => {
    const ms = await measure(variant, connections, bind)
    say(`exit: ${name}, pair ${pair + 1} of ${pairs}, ${variant}: ${ms.toFixed(1)} ms`)
    return ms
  })
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
    // Ten thousand clients that hear of their end would compete with the server for the machine. Stopped,
    // they leave that to the kernel.
    holder.kill('SIGSTOP')
    const ms = await measure(server)
    if (server.exitCode !== 0) throw new Error(`${variant}: exit code ${server.exitCode}, wanted 0`)
    return ms
  } finally {
    await Promise.all([server.end(), holder.end()])
  }
}
