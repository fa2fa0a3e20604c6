import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../api/api-error.ts'

/** The API server's authorizer may not know a new role for a moment. Milliseconds. */
const ROLE_LAG_MS = 10_000
const ROLE_RETRY_MS = 200
const FORBIDDEN = 403

/**
 * Restarts a watch while the API server does not know the agent's role yet.
 * @throws ApiError when it still does not after {@link ROLE_LAG_MS}
 */
export async function afterRoleLag(watch: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + ROLE_LAG_MS
  for (;;) {
    try {
      return await watch()
    } catch (error) {
      const isLag = error instanceof ApiError && error.status === FORBIDDEN
      if (!isLag || performance.now() > untilMs) throw error
      await sleep(ROLE_RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}
