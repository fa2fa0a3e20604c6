import { setTimeout as sleep } from 'node:timers/promises'
import { type AgentCommand, COMMAND_KEY } from './agent/protocol.ts'
import { isNotFound, isTransient } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import { patiently } from './api/patience.ts'
import type { KubernetesObject, ObjectList, PodObject } from './api/objects.ts'
import type { AgentPlan, Manifest } from './agent-plan.ts'
import { jobManifest, otherManifests, RUN_LABEL } from './manifests.ts'

/** Timeout and polling interval of a deletion. Milliseconds. */
const GONE_TIMEOUT_MS = 90_000
const GONE_RETRY_MS = 250
/** The API server may need this long to know an object that it has created. Milliseconds. */
const KNOWN_TIMEOUT_MS = 10_000
const KNOWN_RETRY_MS = 100

/** The agent's objects in the cluster. */
export interface AgentObjects {
  /** Extends the deadline of the agent to this long from now. */
  extend(deadlineSeconds: number): Promise<void>
  /** Gives the agent its next command. */
  command(command: AgentCommand): Promise<void>
  /** Ends the agent's pod with SIGTERM and deletes all objects. Does not wait. */
  delete(): Promise<void>
  /** Resolves to the objects that are left after the timeout; empty when all are gone. */
  gone(): Promise<readonly string[]>
}

/**
 * Creates the agent. The Job comes first and owns the rest. Whenever this process ends, the Job's deadline
 * and its owner references clean up everything.
 */
export async function createAgentObjects(api: ApiClient, plan: AgentPlan): Promise<AgentObjects> {
  const startedMs = performance.now()
  const job = jobManifest(plan)
  const { metadata } = await api.create<KubernetesObject>(job.path, job.object)
  const others = otherManifests(plan, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: plan.name,
    uid: metadata.uid,
  })
  const jobPath = `${job.path}/${plan.name}`
  const remove = (): Promise<void> => patiently(() => deleteOnce(api, jobPath))
  try {
    for (const { path, object } of others) await createKnown(api, path, object)
    await patiently(() => api.patch(jobPath, { spec: { parallelism: plan.generators } }))
  } catch (error) {
    await remove()
    throw error
  }
  return {
    async extend(deadlineSeconds) {
      // Relative to the start of the Job.
      const activeDeadlineSeconds = Math.ceil((performance.now() - startedMs) / 1_000) + deadlineSeconds
      await patiently(() => api.patch(jobPath, { spec: { activeDeadlineSeconds } }))
    },
    async command(command) {
      const path = `/api/v1/namespaces/${plan.workload.namespace}/configmaps/${plan.name}`
      await patiently(() => api.patch(path, { data: { [COMMAND_KEY]: JSON.stringify(command) } }))
    },
    delete: remove,
    gone: () => waitUntilGone(api, plan, [job, ...others]),
  }
}

/**
 * Creates an object that may refer to one that was just created. Unless the user is an administrator, the API
 * server looks up the role of a binding in its own cache, which lags behind.
 */
async function createKnown(api: ApiClient, path: string, object: object): Promise<void> {
  const untilMs = performance.now() + KNOWN_TIMEOUT_MS
  for (;;) {
    try {
      return void (await api.create(path, object))
    } catch (error) {
      if (!isNotFound(error) || performance.now() > untilMs) throw error
      await sleep(KNOWN_RETRY_MS)
    }
  }
}

async function deleteOnce(api: ApiClient, path: string): Promise<void> {
  try {
    await api.delete(path)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function waitUntilGone(
  api: ApiClient,
  plan: AgentPlan,
  manifests: readonly Manifest[],
): Promise<readonly string[]> {
  const untilMs = performance.now() + GONE_TIMEOUT_MS
  const query = new URLSearchParams({ labelSelector: `${RUN_LABEL}=${plan.name}` })
  const pods = `/api/v1/namespaces/${plan.workload.namespace}/pods?${query.toString()}`
  let left: readonly Remains[] = [
    {
      what: plan.generators === 1 ? "the agent's pod" : "the agent's pods",
      isThere: async () => (await api.get<ObjectList<PodObject>>(pods)).items.length > 0,
    },
    ...manifests.map(({ path, object }) => ({
      what: `${object.kind} ${object.metadata.name}`,
      isThere: async () => (await api.get(`${path}/${object.metadata.name}`)) !== undefined,
    })),
  ]
  for (;;) {
    const there = await Promise.all(left.map(isThere))
    left = left.filter((_, index) => there[index])
    if (left.length === 0 || performance.now() > untilMs) break
    await sleep(GONE_RETRY_MS)
  }
  return left.map(({ what }) => what)
}

/** An object to delete. */
interface Remains {
  readonly what: string
  isThere(): Promise<boolean>
}

/** An object that the user may not read counts as gone, because its owner is gone. */
async function isThere(remains: Remains): Promise<boolean> {
  try {
    return await remains.isThere()
  } catch (error) {
    return isTransient(error)
  }
}
