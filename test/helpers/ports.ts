import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the ports that Linux and macOS take for outgoing connections, and below those that rehearsals take
 * for their pods.
 */
const FIRST = 10_000
const COUNT = 10_000

let next = FIRST + Math.floor(Math.random() * COUNT)

/**
 * A port for a program that has to be told one. It is free now, and no other test file is given it while this
 * process runs: between the look and the program's own
 * listen() there may be seconds, in which other files take ports as well. The search begins at `from`.
 */
export async function takePort(from: number = next): Promise<number> {
  next = from
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + ((next++ - FIRST) % COUNT)
    if ((await reserve(port)) && (await isFree(port))) return port
  }
  throw new Error(`every port from ${FIRST} to ${FIRST + COUNT - 1} is taken`)
}

/**
 * The UDP port of the same number is the sign that the port is taken: no test needs one, and the kernel
 * gives it back however the process ends.
 */
async function reserve(port: number): Promise<boolean> {
  const sign = createSocket('udp4').unref()
  try {
    sign.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(sign, 'listening')
    return true
  } catch {
    sign.close()
    return false
  }
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
