import { LastcallError } from '../../../../core/errors.ts'
import { orAborted } from '../../../or-aborted.ts'
import type { PodFacts } from '../agent/protocol.ts'
import type { WorkloadObject } from '../api/objects.ts'
import { patiently } from '../api/patience.ts'
import { readRolloutStatus } from '../rollout-status.ts'
import { waitUntil } from '../wait.ts'
import { wantedPods, workloadPath } from '../workload.ts'
import type { TriggerPorts } from './trigger.ts'

/**
 * Waits until the controller has made every pod new and available, and resolves to how many there are.
 * @throws LastcallError `LASTCALL_WORKLOAD` when that cannot be finished
 */
export async function followRollout({
  api,
  workload,
  signal,
  onWaiting,
}: Pick<TriggerPorts, 'api' | 'workload' | 'signal' | 'onWaiting'>): Promise<number> {
  const { kind, name, resource, namespace } = workload
  const target = {
    path: `/apis/apps/v1/namespaces/${namespace}/${resource}`,
    query: { fieldSelector: `metadata.name=${name}` },
  }
  const look = ([object]: readonly WorkloadObject[]): number | undefined => {
    if (object?.metadata.uid !== workload.uid) throw refuse(`${kind} '${name}' was deleted meanwhile`)
    const status = readRolloutStatus(kind, object)
    if (status.state === 'failed') throw refuse(status.why)
    if (status.state === 'waiting') onWaiting(status.why)
    return status.state === 'done' ? wantedPods(kind, object) : undefined
  }
  return waitUntil<WorkloadObject, number>(api, target, look, signal)
}

/** How many pods the workload wants now. */
export async function readWanted({ api, workload }: Pick<TriggerPorts, 'api' | 'workload'>): Promise<number> {
  const path = workloadPath(workload.namespace, workload)
  return wantedPods(workload.kind, await patiently(() => api.get<WorkloadObject>(path)))
}

/**
 * Waits until these pods go away, so many others are ready, and the controller says so too. Its status alone
 * would still be that of the time before.
 */
export async function untilReplaced(
  ports: TriggerPorts,
  uids: readonly string[],
  wanted: number,
): Promise<void> {
  const { pods, signal, onWaiting } = ports
  const isGoing = (pod: PodFacts): boolean => pod.deleting || !uids.includes(pod.uid)
  onWaiting('the deletion of a pod has not been seen')
  await orAborted(
    pods.until((there) => there.every(isGoing)),
    signal,
  )
  const isServing = ({ ready, deleting }: PodFacts): boolean => ready && !deleting
  await orAborted(
    pods.until((there) => {
      const serving = there.filter(isServing).length
      if (serving < wanted) onWaiting(`${serving} of ${wanted} pods are ready`)
      return serving >= wanted
    }),
    signal,
  )
  await followRollout(ports)
}

/** The error of a workload that does not become what it should. */
export function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_WORKLOAD', [problem])
}
