import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the range from which Linux and macOS take the ports of outgoing connections: the load itself would
 * take a free port away otherwise.
 */
const FIRST_PORT = 20_000
const LAST_PORT = 30_000
let nextPort = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))

/**
 * Finds a port that nobody listens on now. Another program may still take it first; the pod that loses it is
 * started again, visibly.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < LAST_PORT - FIRST_PORT; tries++) {
    const port = nextPort
    // Moved on before the wait: several pods look for ports at the same time.
    nextPort = port >= LAST_PORT ? FIRST_PORT : port + 1
    if (await isFree(port)) return port
  }
  throw new Error(`Find a port: every port from ${FIRST_PORT} to ${LAST_PORT} is taken`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    // All addresses, because that is what most applications listen on.
    server.listen(port)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
