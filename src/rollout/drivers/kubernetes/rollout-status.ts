import type { WorkloadObject } from './api/objects.ts'
import type { WorkloadKind } from './workload-kinds.ts'

/** The state of a rollout. `failed` is permanent. */
export type RolloutStatus =
  | { readonly state: 'done' }
  | { readonly state: 'waiting'; readonly why: string }
  | { readonly state: 'failed'; readonly why: string }

/**
 * Reads a workload like `kubectl rollout status`, with the checks in the same order. Done means that every
 * old pod was told to end, not that it is gone.
 */
export function readRolloutStatus(kind: WorkloadKind, workload: WorkloadObject): RolloutStatus {
  return isUnseen(workload) ? unseen : readers[kind](workload)
}

/**
 * Whether all desired pods serve. Like {@link readRolloutStatus}, but pods of the old template count if the
 * controller keeps them (OnDelete, a paused Deployment).
 */
export function readHealth(kind: WorkloadKind, workload: WorkloadObject): RolloutStatus {
  const { spec, status = {} } = workload
  if (spec.paused !== true && spec.updateStrategy?.type !== 'OnDelete') {
    return readRolloutStatus(kind, workload)
  }
  if (isUnseen(workload)) return unseen
  const { availableReplicas = 0, readyReplicas = 0, numberAvailable = 0 } = status
  const serving = { Deployment: availableReplicas, StatefulSet: readyReplicas, DaemonSet: numberAvailable }
  const wanted = wantedPods(kind, workload)
  return serving[kind] < wanted ? waiting(`${serving[kind]} of ${wanted} pods are ready`) : { state: 'done' }
}

/** Number of pods that a workload wants. */
export function wantedPods(kind: WorkloadKind, { spec, status }: WorkloadObject): number {
  return kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1)
}

function isUnseen({ metadata, status = {} }: WorkloadObject): boolean {
  return (metadata.generation ?? 0) > (status.observedGeneration ?? 0)
}

const readers: Readonly<Record<WorkloadKind, (workload: WorkloadObject) => RolloutStatus>> = {
  Deployment({ spec, status = {} }) {
    const progress = status.conditions?.find(({ type }) => type === 'Progressing')
    if (progress?.reason === 'ProgressDeadlineExceeded') {
      return {
        state: 'failed',
        why: `the deployment exceeded its progressDeadlineSeconds${progress.message ? ` (${progress.message})` : ''}`,
      }
    }
    const { replicas = 1 } = spec
    const { updatedReplicas = 0, availableReplicas = 0, replicas: present = 0 } = status
    if (updatedReplicas < replicas) return waiting(`${updatedReplicas} of ${replicas} pods are new`)
    if (present > updatedReplicas) return waiting(`${present - updatedReplicas} old pods wait for their end`)
    if (availableReplicas < updatedReplicas) {
      return waiting(`${availableReplicas} of ${updatedReplicas} new pods are available`)
    }
    return { state: 'done' }
  },
  StatefulSet({ spec, status = {} }) {
    const { replicas = 1, updateStrategy } = spec
    const { readyReplicas = 0, updatedReplicas = 0 } = status
    if (readyReplicas < replicas) return waiting(`${readyReplicas} of ${replicas} pods are ready`)
    const wanted = replicas - (updateStrategy?.rollingUpdate?.partition ?? 0)
    if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} pods are new`)
    return { state: 'done' }
  },
  DaemonSet({ status = {} }) {
    const {
      desiredNumberScheduled: wanted = 0,
      updatedNumberScheduled: updated = 0,
      numberAvailable = 0,
    } = status
    if (updated < wanted) return waiting(`${updated} of ${wanted} pods are new`)
    if (numberAvailable < wanted) return waiting(`${numberAvailable} of ${wanted} new pods are available`)
    return { state: 'done' }
  },
}

function waiting(why: string): RolloutStatus {
  return { state: 'waiting', why }
}

const unseen: RolloutStatus = waiting('the controller has not seen the change yet')
