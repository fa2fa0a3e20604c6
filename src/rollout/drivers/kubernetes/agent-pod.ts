import { LastcallError } from '../../../core/errors.ts'
import { isNotFound, isTransient } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { EventObject, ObjectList, PodObject } from './api/objects.ts'
import type { WatchTarget } from './api/watch.ts'
import { AGENT_CONTAINER, RUN_LABEL } from './manifests.ts'
import { unpullable } from './unpullable.ts'
import { waitUntil } from './wait.ts'

/** A started pod of the agent. */
export interface AgentPod {
  readonly name: string
  readonly node: string | undefined
  /** Index in the Job, from 0. */
  readonly index: number
}

/** The first pod is the observer, unless another pod has ended before it started. */
export type AgentPods = readonly [AgentPod, ...AgentPod[]]

/** How to find the agent's pods. */
export interface AgentPodPlan {
  readonly namespace: string
  /** Name of the run. */
  readonly name: string
  readonly image: string
  /** Expected number of pods. */
  readonly generators: number
  /** Timeout until the pods run, in milliseconds; a node may have to pull the image. Default: 180,000 */
  readonly timeoutMs?: number
}

/** The Job controller sets the index of each pod here; a Job with one pod has none. */
const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index'
const START_TIMEOUT_MS = 180_000

/**
 * Waits until every container of the agent runs or one has ended. Resolves to the pods that have started by
 * then, in the order of their indexes.
 * @throws LastcallError `LASTCALL_AGENT` when the image cannot be pulled, or it does not start in time
 */
export async function waitForAgentPods(
  api: ApiClient,
  plan: AgentPodPlan,
  signal: AbortSignal,
): Promise<AgentPods> {
  const target: WatchTarget = {
    path: `/api/v1/namespaces/${plan.namespace}/pods`,
    query: { labelSelector: `${RUN_LABEL}=${plan.name}` },
  }
  const timeout = AbortSignal.timeout(plan.timeoutMs ?? START_TIMEOUT_MS)
  let last: readonly PodObject[] = []
  try {
    return await waitUntil<PodObject, AgentPods>(
      api,
      target,
      (pods) => {
        last = pods
        return startedPods(pods, plan)
      },
      AbortSignal.any([signal, timeout]),
    )
  } catch (error) {
    if (!timeout.aborted) throw error
    const waiting = last.find((pod) => !hasStarted(pod))
    const why = waiting === undefined ? await jobEvents(api, plan) : describeWaiting(waiting)
    throw refuse(describeTimeout(plan, last.filter(hasStarted).length, why))
  }
}

function describeTimeout(
  { generators, timeoutMs = START_TIMEOUT_MS }: AgentPodPlan,
  started: number,
  why: string,
): string {
  const seconds = timeoutMs / 1_000
  return generators === 1
    ? `the agent's pod did not start within ${seconds} s: ${why}`
    : `only ${started} of ${generators} generators started within ${seconds} s: ${why}; ` +
        'lower --generators, or make room for their pods'
}

/** A pod that has ended is lost already. Its log says why, and waiting for the others would be pointless. */
function startedPods(pods: readonly PodObject[], plan: AgentPodPlan): AgentPods | undefined {
  for (const pod of pods) refuseUnpullable(pod, plan)
  const started = new Map(pods.filter(hasStarted).map((pod) => [indexOf(pod), pod]))
  const isEnough = started.size >= plan.generators || pods.some((pod) => stateOf(pod)?.terminated)
  const [first, ...others] = [...started]
    .toSorted(([one], [other]) => one - other)
    .map(([index, { metadata, spec }]) => ({ name: metadata.name, node: spec.nodeName, index }))
  return isEnough && first ? [first, ...others] : undefined
}

function indexOf({ metadata }: PodObject): number {
  return Number(metadata.annotations?.[INDEX_ANNOTATION] ?? 0)
}

function hasStarted(pod: PodObject): boolean {
  const state = stateOf(pod)
  return state?.running !== undefined || state?.terminated !== undefined
}

function refuseUnpullable(pod: PodObject, { image }: AgentPodPlan): void {
  const { reason = '', message = '' } = stateOf(pod)?.waiting ?? {}
  if (unpullable.includes(reason)) {
    throw refuse(
      `the cluster cannot pull the image '${image}' (${reason}: ${message}); ` +
        `name one that it can pull with --image: any with Node.js 22 or newer`,
    )
  }
}

function stateOf(
  pod: PodObject,
): { waiting?: { reason?: string; message?: string }; running?: object; terminated?: object } | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === AGENT_CONTAINER)?.state
}

function describeWaiting(pod: PodObject): string {
  const { reason, message } = stateOf(pod)?.waiting ?? {}
  const unmet = pod.status?.conditions?.find(({ status, message: text }) => status === 'False' && text)
  return (
    [reason, message, unmet?.message].filter(Boolean).join(', ') || `it is ${pod.status?.phase ?? 'unknown'}`
  )
}

/** Finds out why the Job has no pod, such as a quota or an admission webhook. */
async function jobEvents(api: ApiClient, { namespace, name }: AgentPodPlan): Promise<string> {
  try {
    const query = new URLSearchParams({ fieldSelector: `involvedObject.name=${name}` })
    const { items } = await api.get<ObjectList<EventObject>>(
      `/api/v1/namespaces/${namespace}/events?${query.toString()}`,
    )
    return items.map(({ message = '' }) => message).at(-1) ?? 'the cluster has not made one'
  } catch {
    return 'the cluster has not made one'
  }
}

/** Whether the agent's container still runs. Without an answer of the API server it counts as running. */
export async function isAgentRunning(api: ApiClient, path: string): Promise<boolean> {
  try {
    return stateOf(await api.get<PodObject>(path))?.running !== undefined
  } catch (error) {
    return isTransient(error)
  }
}

/** Explains why the agent is gone although nothing asked it to end. */
export async function describeLoss(
  api: ApiClient,
  path: string,
  lastWords: readonly string[],
): Promise<string> {
  const words = lastWords.length > 0 ? `; its last words: ${lastWords.join(' | ')}` : ''
  try {
    const { status = {} } = await api.get<PodObject>(path)
    if (status.reason !== undefined)
      return `the agent's pod failed: ${status.reason} (${status.message ?? ''})${words}`
    const ended = status.containerStatuses?.find(({ name }) => name === AGENT_CONTAINER)?.state?.terminated
    if (ended)
      return `the agent ended with exit code ${ended.exitCode} (${ended.reason ?? 'no reason given'})${words}`
    return `the log of the agent ended, and its pod is ${status.phase ?? 'unknown'}${words}`
  } catch (error) {
    if (isNotFound(error))
      return `the agent's pod was deleted by another client, or its node went away${words}`
    return `the agent cannot be reached (${(error as Error).message})${words}`
  }
}

function refuse(problem: string): LastcallError {
  return new LastcallError('LASTCALL_AGENT', [problem])
}
