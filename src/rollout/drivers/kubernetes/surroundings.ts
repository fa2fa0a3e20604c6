import { setTimeout as sleep } from 'node:timers/promises'
import type { TriggerName } from '../../trigger.ts'
import { ApiError, isNotFound } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { AutoscalerObject, DisruptionBudgetObject } from './api/control-objects.ts'
import type { KubernetesObject, ObjectList } from './api/objects.ts'
import { matchesLabels } from './selector.ts'
import type { Workload } from './workload.ts'

/** The effect of other objects on a run. */
export interface Surroundings {
  /** Reasons against the run, one sentence each. */
  readonly problems: readonly string[]
  /** Hints for the user. */
  readonly notes: readonly string[]
}

/** A user who may not read these objects can still do a run. */
const FORBIDDEN = 403

/** How long the controller of the budgets may take to count the pods. */
const COUNT_MS = 10_000
const COUNT_PERIOD_MS = 250

const evicting: readonly TriggerName[] = ['evict', 'drain-node']

/**
 * Reads the PodDisruptionBudgets of the pods and the autoscalers of the workload, if the user may read them.
 */
export async function readSurroundings(
  api: ApiClient,
  workload: Workload,
  trigger: TriggerName,
): Promise<Surroundings> {
  const { namespace } = workload
  const [budgets, autoscalers] = await Promise.all([
    countedBudgets(api, workload),
    listReadable<AutoscalerObject>(
      api,
      `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
    ),
  ])
  const parts = [
    budgets === undefined ? unreadable('PodDisruptionBudgets') : judgeBudgets(budgets, workload, trigger),
    autoscalers === undefined
      ? unreadable('HorizontalPodAutoscalers')
      : judgeAutoscalers(autoscalers, workload, trigger),
  ]
  return {
    problems: parts.flatMap(({ problems }) => problems),
    notes: parts.flatMap(({ notes }) => notes),
  }
}

/**
 * Reads the PodDisruptionBudgets. One that is new, or whose pods have just become ready, allows no disruption
 * until the controller has counted the pods (Kubernetes API, PodDisruptionBudgetStatus), so it gets that
 * time.
 */
async function countedBudgets(
  api: ApiClient,
  workload: Workload,
): Promise<readonly DisruptionBudgetObject[] | undefined> {
  const path = `/apis/policy/v1/namespaces/${workload.namespace}/poddisruptionbudgets`
  for (const deadline = performance.now() + COUNT_MS; ; await sleep(COUNT_PERIOD_MS)) {
    const all = await listReadable<DisruptionBudgetObject>(api, path)
    const isBehind = budgetsOf(all ?? [], workload).some((budget) => isUncounted(budget, workload))
    if (!isBehind || performance.now() > deadline) return all
  }
}

function isUncounted({ status }: DisruptionBudgetObject, { replicas, object }: Workload): boolean {
  if (status === undefined || (status.disruptionsAllowed ?? 0) > 0) return false
  const { expectedPods = replicas, currentHealthy = 0 } = status
  return expectedPods < replicas || currentHealthy < (object.status?.readyReplicas ?? 0)
}

/** Undefined when the user may not read them; empty when the cluster does not know the kind. */
async function listReadable<T extends KubernetesObject>(
  api: ApiClient,
  path: string,
): Promise<readonly T[] | undefined> {
  try {
    return (await api.get<ObjectList<T>>(path)).items
  } catch (error) {
    if (isNotFound(error)) return []
    if (error instanceof ApiError && error.status === FORBIDDEN) return undefined
    throw error
  }
}

const unreadable = (kind: string): Surroundings => ({
  problems: [],
  notes: [`${kind} may not be read, so that nothing is known of them`],
})

/** Those that select the pods of the workload. */
function budgetsOf(
  all: readonly DisruptionBudgetObject[],
  { object }: Workload,
): readonly DisruptionBudgetObject[] {
  const labels = object.spec.template.metadata?.labels ?? {}
  return all.filter(({ spec }) => spec.selector && matchesLabels(spec.selector, labels))
}

function judgeBudgets(
  all: readonly DisruptionBudgetObject[],
  workload: Workload,
  trigger: TriggerName,
): Surroundings {
  const { kind, name } = workload
  const budgets = budgetsOf(all, workload)
  const isEvicting = evicting.includes(trigger)
  const [first, ...more] = budgets
  if (isEvicting && first && more.length > 0) {
    const names = budgets.map(({ metadata }) => metadata.name).join(', ')
    return {
      problems: [
        `the PodDisruptionBudgets ${names} all select the pods of ${kind} '${name}', ` +
          'and the API server evicts no pod that has more than one; delete all but one',
      ],
      notes: [],
    }
  }
  const closed = budgets.filter(({ status }) => (status?.disruptionsAllowed ?? 0) < 1)
  const sentences = closed.map(({ metadata, status = {} }) => {
    const { currentHealthy = 0, desiredHealthy = 0 } = status
    const numbers = `${currentHealthy} pods are healthy and ${desiredHealthy} have to be`
    return `the PodDisruptionBudget '${metadata.name}' allows no disruption now (${numbers})`
  })
  return isEvicting
    ? {
        problems: sentences.map(
          (text) =>
            `${text}: no pod could be evicted; let it allow one, or add a pod, or choose another --trigger`,
        ),
        notes: [],
      }
    : {
        problems: [],
        notes: sentences.map((text) => `${text}; this run ignores it, a node drain would not`),
      }
}

function judgeAutoscalers(
  all: readonly AutoscalerObject[],
  { kind, name }: Workload,
  trigger: TriggerName,
): Surroundings {
  const ours = all.filter(
    ({ spec }) => spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name,
  )
  const sentences = ours.map(({ metadata, spec: { minReplicas = 1, maxReplicas } }) => {
    const range = `${minReplicas} to ${maxReplicas} pods`
    return `the HorizontalPodAutoscaler '${metadata.name}' scales ${kind} '${name}' (${range})`
  })
  return trigger === 'scale-down'
    ? {
        problems: sentences.map((text) => `${text} and would undo a scale-down; choose another --trigger`),
        notes: [],
      }
    : { problems: [], notes: sentences.map((text) => `${text} and may do so during this run`) }
}
