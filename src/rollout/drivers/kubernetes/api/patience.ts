import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from './api-error.ts'

/** How long an API server may be away, and how often it is tried meanwhile. Milliseconds. */
const PATIENCE_MS = 60_000
const RETRY_MS = 500

/**
 * Sends again while the API server is away, as during its restart; for requests that may be sent twice.
 * @throws ApiError the last one, when it stays away or refuses for good
 */
export async function patiently<T>(send: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!isTransient(error) || performance.now() > untilMs) throw error
      await sleep(RETRY_MS)
    }
  }
}
