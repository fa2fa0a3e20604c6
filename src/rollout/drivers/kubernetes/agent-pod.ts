import { LastcallError } from '../../../core/errors.ts'
import { isNotFound, isTransient } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { EventObject, ObjectList, PodObject } from './api/objects.ts'
import type { WatchTarget } from './api/watch.ts'
import { AGENT_CONTAINER, RUN_LABEL } from './manifests.ts'
import { unpullable } from './unpullable.ts'
import { waitUntil } from './wait.ts'

/** Where the agent's pod is looked for. */
export interface AgentPodPlan {
  readonly namespace: string
  /** Name of the run. */
  readonly name: string
  readonly image: string
}

/** How long the pod may take until it runs: a node may have to pull the image. Milliseconds. */
const START_TIMEOUT_MS = 180_000

/**
 * Waits until the agent's container runs or has ended, and resolves to its pod's name.
 * @throws LastcallError `LASTCALL_AGENT` when the image cannot be pulled, or it does not start in time
 */
export async function waitForAgentPod(
  api: ApiClient,
  plan: AgentPodPlan,
  signal: AbortSignal,
): Promise<string> {
  const target: WatchTarget = {
    path: `/api/v1/namespaces/${plan.namespace}/pods`,
    query: { labelSelector: `${RUN_LABEL}=${plan.name}` },
  }
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS)
  let last: PodObject | undefined
  try {
    return await waitUntil<PodObject, string>(
      api,
      target,
      ([pod]) => {
        last = pod
        return pod === undefined ? undefined : startedPod(pod, plan)
      },
      AbortSignal.any([signal, timeout]),
    )
  } catch (error) {
    if (!timeout.aborted) throw error
    const why = last === undefined ? await jobEvents(api, plan) : describeWaiting(last)
    throw refuse(`the agent's pod did not start within ${START_TIMEOUT_MS / 1_000} s: ${why}`)
  }
}

function startedPod(pod: PodObject, { image }: AgentPodPlan): string | undefined {
  const state = stateOf(pod)
  const { reason = '', message = '' } = state?.waiting ?? {}
  if (unpullable.includes(reason)) {
    throw refuse(
      `the cluster cannot pull the image '${image}' (${reason}: ${message}); ` +
        `name one that it can pull with --image: any with Node.js 22 or newer`,
    )
  }
  return state?.running || state?.terminated ? pod.metadata.name : undefined
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

/** Why the Job has no pod: a quota, an admission webhook. */
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

/** Whether the agent's container still runs; an API server that does not answer says nothing. */
export async function isAgentRunning(api: ApiClient, path: string): Promise<boolean> {
  try {
    return stateOf(await api.get<PodObject>(path))?.running !== undefined
  } catch (error) {
    return isTransient(error)
  }
}

/** Why an agent that was not asked to is no longer there. */
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
