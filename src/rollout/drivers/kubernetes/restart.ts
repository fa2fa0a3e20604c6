import { formatDuration } from '../../../core/duration.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import type { WorkloadObject } from './api/objects.ts'
import { readRolloutStatus } from './rollout-status.ts'
import { waitUntil } from './wait.ts'
import { wantedPods, type Workload } from './workload.ts'

/**
 * Waits until the controller has made every pod new and available, and resolves to how many there are.
 * @throws LastcallError `LASTCALL_WORKLOAD` when that cannot be finished, or not in time
 */
export async function followRollout(
  api: ApiClient,
  workload: Workload,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<number> {
  const { kind, name, resource, namespace } = workload
  const target = {
    path: `/apis/apps/v1/namespaces/${namespace}/${resource}`,
    query: { fieldSelector: `metadata.name=${name}` },
  }
  const timeout = AbortSignal.timeout(timeoutMs)
  let why = 'nothing has happened yet'
  const look = ([object]: readonly WorkloadObject[]): number | undefined => {
    if (object?.metadata.uid !== workload.uid)
      throw refuse(`${kind} '${name}' was deleted during the restart`)
    const status = readRolloutStatus(kind, object)
    if (status.state === 'failed') throw refuse(status.why)
    if (status.state === 'waiting') ({ why } = status)
    return status.state === 'done' ? wantedPods(kind, object) : undefined
  }
  try {
    return await waitUntil<WorkloadObject, number>(api, target, look, AbortSignal.any([signal, timeout]))
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error
    const limit = formatDuration(timeoutMs)
    throw refuse(
      `the restart was not finished within ${limit}: ${why}; see kubectl describe ${kind.toLowerCase()}/${name}`,
    )
  }
}

function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_WORKLOAD', [problem])
}
