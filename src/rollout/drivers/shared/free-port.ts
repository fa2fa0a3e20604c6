import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the port range that Linux and macOS use for outgoing connections. Otherwise the load itself could
 * take a free port.
 */
const FIRST_PORT = 20_000
const LAST_PORT = 30_000
let nextPort = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))

/**
 * Finds a port on which no program listens. Another program may still take it first; then the pod is started
 * again and the report shows it.
 */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < LAST_PORT - FIRST_PORT; tries++) {
    const port = nextPort
    // Incremented before the wait, because several pods look for ports at the same time.
    nextPort = port >= LAST_PORT ? FIRST_PORT : port + 1
    if (await isFree(port)) return port
  }
  throw new Error(`Find a port: every port from ${FIRST_PORT} to ${LAST_PORT} is taken`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    // Listens on all addresses, like most applications.
    server.listen(port)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
