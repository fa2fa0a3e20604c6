import type { AddressInfo, Server } from 'node:net'
import { answerQuestions } from '../answers.ts'

/** Long enough that no connection is closed for being idle while it is measured. */
export const KEEP_ALIVE_MS = 600_000

/** What every measured server answers its parent. It must listen already. */
export function answerAsServer(server: Server): void {
  answerQuestions({
    port: () => (server.address() as AddressInfo).port,
    cpu: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
    heap: liveHeap,
  })
}

/**
 * The smallest of several readings, each after a full collection: what a first one finds dead may keep more
 * alive until the next.
 */
async function liveHeap(): Promise<number> {
  const { gc } = globalThis
  if (!gc) throw new Error('needs node --expose-gc')
  let least = Infinity
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    gc()
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}
