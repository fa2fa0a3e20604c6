import { Child } from './child.ts'
import { measurePairs, type Pair, type Variant } from './figures.ts'
import { connectionsProblem } from './machine.ts'

const CONNECTIONS = 10_000

/** Bytes of heap for each idle connection, pair by pair; null when this machine cannot hold so many. */
export async function measureHeap(
  pairs: number,
  bind: boolean,
  say: (line: string) => void,
): Promise<readonly Pair<number>[] | null> {
  const problem = connectionsProblem(CONNECTIONS)
  if (problem) {
    say(`heap: ${CONNECTIONS} connections are NOT POSSIBLE here: ${problem}`)
    return null
  }
  const holder = new Child('clients/hold.ts', { core: bind ? 1 : null })
  try {
    return await measurePairs(pairs, async (variant) => {
      const bytes = await bytesPerConnection(variant, holder, bind)
      say(`heap: ${variant}: ${bytes.toFixed(0)} bytes a connection`)
      return bytes
    })
  } finally {
    await holder.end()
  }
}

/**
 * Growth of the live heap from a server that has answered once and has no connection, to one that holds them
 * all idle.
 */
async function bytesPerConnection(variant: Variant, holder: Child, bind: boolean): Promise<number> {
  const server = new Child('servers/http.ts', {
    args: [variant],
    nodeFlags: ['--expose-gc'],
    core: bind ? 0 : null,
  })
  try {
    const port = await server.ask('port')
    // Whatever is compiled or allocated once, by the first connections, is no cost of each.
    await holder.ask('hold', { port, connections: 200 })
    await holder.ask('release')
    const before = await server.ask('heap')
    const held = await holder.ask('hold', { port, connections: CONNECTIONS })
    if (held !== CONNECTIONS) throw new Error(`only ${held} of ${CONNECTIONS} connections are open`)
    const after = await server.ask('heap')
    if ((await holder.ask('held')) !== CONNECTIONS)
      throw new Error('connections were closed while they were counted')
    await holder.ask('release')
    return (after - before) / CONNECTIONS
  } finally {
    await server.end()
  }
}
