import { setTimeout as sleep } from 'node:timers/promises'
import { LastcallError } from '../../../../core/errors.ts'
import { orAborted } from '../../../or-aborted.ts'
import type { PodFacts } from '../agent/protocol.ts'
import type { WorkloadObject } from '../api/objects.ts'
import { readHealth, readRolloutStatus, wantedPods } from '../rollout-status.ts'
import { waitUntil } from '../wait.ts'
import type { TriggerPorts } from './trigger.ts'

type WorkloadPorts = Pick<TriggerPorts, 'api' | 'workload' | 'signal' | 'onWaiting'>

/** The observer may lag this far behind the controller. Milliseconds. */
const OBSERVER_LAG_MS = 30_000

/**
 * Waits until the controller reports every pod as new and available. Then it waits at most {@link
 * OBSERVER_LAG_MS} until the observer has seen the new pods, and has seen that the old ones are going away.
 * @throws LastcallError `LASTCALL_WORKLOAD` when the rollout cannot finish
 */
export async function untilNewReady(ports: TriggerPorts, old: ReadonlySet<string>): Promise<void> {
  const { pods, signal, onNotice } = ports
  const wanted = await followStatus(ports, readRolloutStatus)
  // If the workload is scaled meanwhile, the observer never sees this many pods.
  const late = sleep(OBSERVER_LAG_MS, 'late', { signal, ref: false })
  const seen = Promise.all([
    pods.newOnesReady(wanted, old),
    pods.until((there) => there.every(({ uid, deleting }) => deleting || !old.has(uid))),
  ])
  if ((await Promise.race([seen, late])) === 'late') {
    onNotice(
      `the controller has finished, but the agent did not see within ${OBSERVER_LAG_MS / 1_000} s that ${wanted} new pods ` +
        'are ready and all others are being deleted; was the workload scaled meanwhile?',
    )
  }
}

function followStatus(ports: WorkloadPorts, read: typeof readRolloutStatus): Promise<number> {
  const { kind } = ports.workload
  return followWorkload(ports, (object) => {
    const status = read(kind, object)
    if (status.state === 'failed') throw refuse(status.why)
    if (status.state === 'waiting') ports.onWaiting(status.why)
    return status.state === 'done' ? wantedPods(kind, object) : undefined
  })
}

/** Calls `look` with the workload now and after each change, until it returns a value. */
async function followWorkload<Found>(
  { api, workload, signal }: WorkloadPorts,
  look: (object: WorkloadObject) => Found | undefined,
): Promise<Found> {
  const { kind, name, resource, namespace } = workload
  const target = {
    path: `/apis/apps/v1/namespaces/${namespace}/${resource}`,
    query: { fieldSelector: `metadata.name=${name}` },
  }
  const lookAtOne = ([object]: readonly WorkloadObject[]): Found | undefined => {
    if (object?.metadata.uid !== workload.uid) throw refuse(`${kind} '${name}' was deleted meanwhile`)
    return look(object)
  }
  return waitUntil<WorkloadObject, Found>(api, target, lookAtOne, signal)
}

/**
 * Waits until these pods are deleted, enough others are ready, and the controller agrees. The controller is
 * last, because its status may still describe the time before the deletion.
 */
export async function untilReplaced(ports: TriggerPorts, uids: readonly string[]): Promise<void> {
  const { pods, signal, onWaiting } = ports
  const isGoing = (pod: PodFacts): boolean => pod.deleting || !uids.includes(pod.uid)
  onWaiting('the deletion of a pod has not been seen')
  await orAborted(
    pods.until((there) => there.every(isGoing)),
    signal,
  )
  await untilServed(ports)
  await followStatus(ports, readHealth)
}

/**
 * Waits until as many pods are ready as the workload wants. An autoscaler may change that number meanwhile.
 */
async function untilServed(ports: TriggerPorts): Promise<void> {
  const { pods, workload, onWaiting } = ports
  const over = new AbortController()
  const signal = AbortSignal.any([ports.signal, over.signal])
  let wanted = Infinity
  const isServed = (): boolean => {
    const serving = pods.there().filter(({ ready, deleting }) => ready && !deleting).length
    if (serving < wanted && wanted < Infinity) onWaiting(`${serving} of ${wanted} pods are ready`)
    return serving >= wanted
  }
  const followed = followWorkload({ ...ports, signal }, (object) => {
    wanted = wantedPods(workload.kind, object)
    return isServed() || undefined
  })
  const seen = pods.until(() => over.signal.aborted || isServed())
  try {
    await orAborted(Promise.race([followed, seen]), ports.signal)
  } finally {
    over.abort()
  }
}

/** The error for a workload that does not reach its desired state. */
export function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_WORKLOAD', [problem])
}
