import { LastcallError } from '../../../core/errors.ts'
import { formatDuration } from '../../../core/duration.ts'
import type { ApiClient } from './api/client.ts'
import type { PodObject, WorkloadObject } from './api/objects.ts'
import { readRolloutStatus } from './rollout-status.ts'
import { waitUntil } from './wait.ts'
import { listPods, podsOf, restartWorkload, type Workload } from './workload.ts'

/** A restart that is under way. */
export interface Restart {
  /** Resolves when every new pod is available; rejects with `LASTCALL_WORKLOAD` when that cannot be finished. */
  readonly finished: Promise<void>
  /** Resolves when no old pod exists any more; those that nobody has deleted, because the restart failed, are left out. */
  oldPodsGone(): Promise<void>
}

/** Restarts a workload as kubectl does; resolves when the API server has taken the change. */
export async function startRestart(
  api: ApiClient,
  workload: Workload,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Restart> {
  const old = new Set((await listPods(api, workload)).map(({ metadata }) => metadata.uid))
  await restartWorkload(api, workload, new Date())
  let hasFailed = false
  const finished = followRollout(api, workload, { timeoutMs, signal }).catch((error: unknown) => {
    hasFailed = true
    throw error
  })
  return {
    finished,
    async oldPodsGone() {
      const isThere = ({ metadata }: PodObject): boolean =>
        old.has(metadata.uid) && !(hasFailed && metadata.deletionTimestamp === undefined)
      const look = (pods: readonly PodObject[]): true | undefined => (pods.some(isThere) ? undefined : true)
      await waitUntil<PodObject, true>(api, podsOf(workload), look, signal)
    },
  }
}

async function followRollout(
  api: ApiClient,
  workload: Workload,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { kind, name, resource, namespace } = workload
  const target = {
    path: `/apis/apps/v1/namespaces/${namespace}/${resource}`,
    query: { fieldSelector: `metadata.name=${name}` },
  }
  const timeout = AbortSignal.timeout(timeoutMs)
  let why = 'nothing has happened yet'
  const look = ([object]: readonly WorkloadObject[]): true | undefined => {
    if (object?.metadata.uid !== workload.uid)
      throw refuse(`${kind} '${name}' was deleted during the restart`)
    const status = readRolloutStatus(kind, object)
    if (status.state === 'failed') throw refuse(status.why)
    if (status.state === 'waiting') why = status.why
    return status.state === 'done' ? true : undefined
  }
  try {
    await waitUntil<WorkloadObject, true>(api, target, look, AbortSignal.any([signal, timeout]))
  } catch (error) {
    if (!timeout.aborted || signal.aborted) throw error
    throw refuse(
      `the restart was not finished within ${formatDuration(timeoutMs)}: ${why}; see kubectl describe ${kind.toLowerCase()}/${name}`,
    )
  }
}

function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_WORKLOAD', [problem])
}
