import { LastcallError } from '../../../core/errors.ts'
import type { TriggerName } from '../../trigger.ts'
import { isNotFound } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { WorkloadObject } from './api/objects.ts'
import { patiently } from './api/patience.ts'
import { readHealth, readRolloutStatus, wantedPods } from './rollout-status.ts'
import { toSelectorText } from './selector.ts'
import type { WorkloadName } from './workload-kinds.ts'

/** Facts about a workload that are needed to make its pods go away. */
export interface WorkloadReference extends WorkloadName {
  readonly uid: string
  readonly namespace: string
  /** Value for `labelSelector`. */
  readonly selector: string
}

/** A workload that exists. */
export interface Workload extends WorkloadReference {
  /** Number of pods that it wants. */
  readonly replicas: number
  readonly object: WorkloadObject
}

/** Path of a workload in the API. */
export function workloadPath(namespace: string, { resource, name }: WorkloadName): string {
  return `/apis/apps/v1/namespaces/${namespace}/${resource}/${name}`
}

/**
 * Finds a workload.
 * @throws LastcallError `LASTCALL_WORKLOAD` when it does not exist
 */
export async function findWorkload(api: ApiClient, namespace: string, name: WorkloadName): Promise<Workload> {
  try {
    return toWorkload(namespace, name, await api.get<WorkloadObject>(workloadPath(namespace, name)))
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw refuse([
      `there is no ${name.kind} '${name.name}' in the namespace '${namespace}'; ` +
        'choose the namespace with -n and the cluster with --context',
    ])
  }
}

function toWorkload(namespace: string, name: WorkloadName, object: WorkloadObject): Workload {
  const { spec, metadata } = object
  const replicas = wantedPods(name.kind, object)
  return { ...name, namespace, uid: metadata.uid, replicas, selector: toSelectorText(spec.selector), object }
}

/** Reasons why no run is possible with this workload now, one sentence each; empty if it is possible. */
export function workloadProblems(workload: Workload, trigger: TriggerName): readonly string[] {
  const { kind, name, replicas, object } = workload
  const what = `${kind} '${name}'`
  const { spec } = object
  const isRollout = trigger === 'restart' || trigger === 'image'
  if (isRollout && spec.paused === true) {
    return [
      `${what} is paused; resume it first: kubectl rollout resume ${kind.toLowerCase()}/${name} -n ${workload.namespace}`,
    ]
  }
  if (replicas === 0) return [`${what} wants 0 pods; scale it up first`]
  const strategy = spec.updateStrategy?.type
  if (isRollout && strategy === 'OnDelete') {
    return [
      `${what} has the update strategy OnDelete, which replaces no pod by itself; choose --trigger delete-pod`,
    ]
  }
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0
  if (isRollout && partition > 0) {
    return [
      `${what} has the partition ${partition}: a rollout does not replace pods with a lower ordinal; set it to 0, ` +
        'or choose --trigger delete-pod',
    ]
  }
  const status = (isRollout ? readRolloutStatus : readHealth)(kind, object)
  if (status.state === 'done') return []
  return [
    `${what} is not healthy before anything was restarted: ${status.why}; see kubectl describe, fix that first`,
  ]
}

/**
 * Restarts the workload exactly like `kubectl rollout restart`: the same annotation, patch and field manager.
 * @param now the annotation gets this time in whole seconds
 * @param signal after its abort nothing is changed
 * @throws LastcallError `LASTCALL_WORKLOAD` when the workload was already restarted within this second
 */
export async function restartWorkload(
  api: ApiClient,
  workload: WorkloadReference,
  now: Date,
  signal?: AbortSignal,
): Promise<WorkloadObject> {
  const path = workloadPath(workload.namespace, workload)
  const before = await patiently(() => api.get<WorkloadObject>(path))
  const restartedAt = `${now.toISOString().slice(0, -'.000Z'.length)}Z`
  if (before.spec.template.metadata?.annotations?.[RESTARTED_AT] === restartedAt) {
    throw refuse([
      `${workload.kind} '${workload.name}' has been restarted within this second already; try again`,
    ])
  }
  const body = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } }
  signal?.throwIfAborted()
  return patiently(() => api.patch(`${path}?fieldManager=kubectl-rollout`, body))
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/** Path and query of all pods that may belong to the workload; `isPodOf` decides. */
export function podsOf({ namespace, selector }: Pick<Workload, 'namespace' | 'selector'>): {
  readonly path: string
  readonly query: { readonly labelSelector: string }
} {
  return { path: `/api/v1/namespaces/${namespace}/pods`, query: { labelSelector: selector } }
}

function refuse(problems: readonly string[]): LastcallError {
  return new LastcallError('LASTCALL_WORKLOAD', problems)
}
