import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that Linux and macOS take for outgoing connections, and below those that rehearsals take for their pods. */
const FIRST = 10_000
const PER_PROCESS = 40
const BLOCKS = 250

let next = 0

/**
 * A port for a program that has to be told one. It is free now, and test files that run at the same time are given others: between the look and the program's own
 * listen() there may be seconds.
 */
export async function takePort(): Promise<number> {
  for (let tries = 0; tries < PER_PROCESS; tries++) {
    const port = FIRST + (process.pid % BLOCKS) * PER_PROCESS + (next++ % PER_PROCESS)
    if (await isFree(port)) return port
  }
  throw new Error('every port of this process is taken')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port)
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
