import { once } from 'node:events'
import { createServer } from 'node:net'

/** Beside the ports 8000 to 8002, which terminus' own tests listen on. */
const LOCK_PORT = 8_003

/** Longer than the run that has the lock may take. */
const WAIT_MS = 150_000

/**
 * Resolves when no other run of these tests is under way on this machine: their ports are fixed, and two runs
 * would answer each other's requests. A port is the lock because the kernel gives it back however a run ends.
 */
export async function soleRun(): Promise<AsyncDisposable> {
  for (const end = performance.now() + WAIT_MS; ;) {
    const lock = createServer()
    try {
      lock.listen(LOCK_PORT, '127.0.0.1')
      await once(lock, 'listening')
      return {
        [Symbol.asyncDispose]: async () => {
          lock.close()
          await once(lock, 'close')
        },
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
