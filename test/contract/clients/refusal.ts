import { setTimeout } from 'node:timers/promises'
import { WAIT_MS } from '../../helpers/eventually.ts'
import { RawClient } from '../../helpers/raw-http.ts'

/**
 * Resolves when nobody listens any more. The drain begins a little earlier, with emptying the accept queue:
 * what comes meanwhile is served as before.
 */
export async function untilRefused(port: number): Promise<void> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
    const client = await RawClient.connect(port).catch(() => null)
    if (!client) return
    client.close()
    await setTimeout(10)
  }
  throw new Error(`port ${port} still accepts after ${WAIT_MS / 1_000} s`)
}
