import { setTimeout } from 'node:timers/promises'
import { RawClient } from '../../helpers/raw-http.ts'

/**
 * Resolves when nobody listens any more. The drain begins a little earlier, with emptying the accept queue: what comes meanwhile is served as before.
 */
export async function untilRefused(port: number): Promise<void> {
  for (;;) {
    const client = await RawClient.connect(port).catch(() => null)
    if (!client) return
    client.close()
    await setTimeout(10)
  }
}
