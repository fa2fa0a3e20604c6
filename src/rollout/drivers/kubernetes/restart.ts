import { setTimeout as sleep } from 'node:timers/promises'
import { formatDuration } from '../../../core/duration.ts'
import { LastcallError } from '../../../core/errors.ts'
import type { ApiClient } from './api/client.ts'
import type { WorkloadObject } from './api/objects.ts'
import { readRolloutStatus } from './rollout-status.ts'
import { waitUntil } from './wait.ts'
import type { ObservedPods } from './pods.ts'
import { restartWorkload, wantedPods, type WorkloadReference } from './workload.ts'

/** Restarts a workload, as often as one likes, and follows its old pods. */
export interface Restarter {
  /** Rejects with `LASTCALL_WORKLOAD` when the restart cannot be finished. */
  restart(): Promise<void>
  /**
   * Resolves when no pod from before the last restart is there; pods that a failed one did not delete stay.
   */
  oldPodsGone(): Promise<void>
}

/** What a {@link Restarter} works with. */
export interface RestartPorts {
  readonly api: ApiClient
  readonly pods: ObservedPods
  /** How long one restart may take, in milliseconds. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  onNotice(text: string): void
}

/** How long the observer may take to see what the controller has said already. Milliseconds. */
const OBSERVER_LAG_MS = 30_000

/** A restarter that has not restarted anything yet. */
export function createRestarter(workload: WorkloadReference, ports: RestartPorts): Restarter {
  const { api, pods, signal, onNotice } = ports
  let old: ReadonlySet<string> = new Set()
  let hasFailed = false
  const replace = async (): Promise<void> => {
    await restartWorkload(api, workload, new Date())
    const wanted = await followRollout(api, workload, ports)
    // Never, when the workload is scaled meanwhile.
    const late = sleep(OBSERVER_LAG_MS, 'late', { signal, ref: false })
    if ((await Promise.race([pods.newOnesReady(wanted, old), late])) === 'late') {
      onNotice(`${wanted} new pods that are ready were not seen; is the workload scaled meanwhile?`)
    }
  }
  return {
    async restart() {
      old = pods.present()
      try {
        await replace()
      } catch (error) {
        // A pod that is still starting when the run itself is ended has done nothing wrong.
        if (!signal.aborted) {
          hasFailed = true
          pods.giveUp()
        }
        throw error
      }
    },
    oldPodsGone: () => pods.gone(old, hasFailed),
  }
}

/**
 * Waits until the controller has made every pod new and available, and resolves to how many there are.
 * @throws LastcallError `LASTCALL_WORKLOAD` when that cannot be finished, or not in time
 */
async function followRollout(
  api: ApiClient,
  workload: WorkloadReference,
  { timeoutMs, signal }: Pick<RestartPorts, 'timeoutMs' | 'signal'>,
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
