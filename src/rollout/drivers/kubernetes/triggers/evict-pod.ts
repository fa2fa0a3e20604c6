import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, isNotFound, isTransient } from '../api/api-error.ts'
import { refuse } from './health.ts'
import type { TriggerPorts } from './trigger.ts'
import type { Permission } from '../policy-rules.ts'

/** The permission for an eviction. */
export const evictPermission: Permission = {
  verb: 'create',
  group: '',
  resource: 'pods',
  subresource: 'eviction',
  why: 'evict its pods',
}

/** Retry interval of `kubectl drain`. Milliseconds. */
const RETRY_MS = 5_000

/** A PodDisruptionBudget allows no disruption now. */
const TOO_MANY_REQUESTS = 429
/** The pod's uid differs, or the pod has just changed. */
const CONFLICT = 409

/**
 * Asks the API server to evict a pod, like `kubectl drain`. A PodDisruptionBudget may refuse temporarily;
 * then it asks again until the signal is aborted.
 * @throws LastcallError `LASTCALL_WORKLOAD` with the server's words when it refuses permanently
 */
export async function evictPod(
  { api, workload, signal, onWaiting }: Pick<TriggerPorts, 'api' | 'workload' | 'signal' | 'onWaiting'>,
  { name, uid }: { readonly name: string; readonly uid: string },
  retryMs: number = RETRY_MS,
): Promise<void> {
  const { namespace } = workload
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid } },
  }
  for (;;) {
    signal.throwIfAborted()
    try {
      await api.create(path, body)
      return
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return
      const why = `${name} cannot be evicted: ${(error as Error).message}`
      if (!isForTheMoment(error)) throw refuse(why)
      onWaiting(why)
    }
    await sleep(retryMs, undefined, { signal })
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === CONFLICT
}

/** A 500 is permanent: the server sends it when two PodDisruptionBudgets select one pod. */
function isForTheMoment(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status === 500) return false
  return error.status === TOO_MANY_REQUESTS || isTransient(error)
}
