import { setTimeout as sleep } from 'node:timers/promises'
import { isTransient } from './api-error.ts'

/** How long the API server may be unavailable, and the retry interval. Milliseconds. */
const PATIENCE_MS = 60_000
const RETRY_MS = 500

/**
 * Repeats a request while the API server is unavailable, such as during its restart. The request must be safe
 * to repeat.
 * @throws ApiError the last one, if the server stays unavailable or refuses permanently
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
