import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, isNotFound, isTransient } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import type { KubernetesObject } from './api/objects.ts'
import { type AgentPlan, jobManifest, type Manifest, otherManifests } from './manifests.ts'

/** How long a deletion is waited for, and how often it is looked at. Milliseconds. */
const GONE_TIMEOUT_MS = 90_000
const GONE_RETRY_MS = 250

/** The agent's objects in the cluster. */
export interface AgentObjects {
  /** Has the cluster keep the agent for so long from now on. */
  extend(deadlineSeconds: number): Promise<void>
  /** Ends the agent's pod with SIGTERM and deletes everything. Does not wait. */
  delete(): Promise<void>
  /** Resolves to what is still there when that takes too long; empty when all is gone. */
  gone(): Promise<readonly string[]>
}

/**
 * Creates the agent. The Job comes first and owns the rest: whenever this process ends, the Job's deadline
 * and its owner references leave nothing behind.
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
    await Promise.all(others.map(({ path, object }) => api.create(path, object)))
  } catch (error) {
    await remove()
    throw error
  }
  return {
    async extend(deadlineSeconds) {
      // Counted from the start of the Job.
      const activeDeadlineSeconds = Math.ceil((performance.now() - startedMs) / 1_000) + deadlineSeconds
      await patiently(() => api.patch(jobPath, { spec: { activeDeadlineSeconds } }))
    },
    delete: remove,
    gone: () => waitUntilGone(api, [job, ...others]),
  }
}

async function deleteOnce(api: ApiClient, path: string): Promise<void> {
  try {
    await api.delete(path)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function waitUntilGone(api: ApiClient, manifests: readonly Manifest[]): Promise<readonly string[]> {
  const untilMs = performance.now() + GONE_TIMEOUT_MS
  let left = manifests
  for (;;) {
    const there = await Promise.all(left.map((manifest) => isThere(api, manifest)))
    left = left.filter((_, index) => there[index])
    if (left.length === 0 || performance.now() > untilMs) break
    await sleep(GONE_RETRY_MS)
  }
  return left.map(({ object }) => `${object.kind} ${object.metadata.name}`)
}

/** What may not be read is taken for gone: its owner is. */
async function isThere(api: ApiClient, { path, object }: Manifest): Promise<boolean> {
  try {
    await api.get(`${path}/${object.metadata.name}`)
    return true
  } catch (error) {
    return isTransient(error)
  }
}

const PATIENCE_MS = 60_000
const RETRY_MS = 500

/** Tries again while the API server is away; for requests that may be sent twice. */
async function patiently<T>(send: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await send()
    } catch (error) {
      if (!(error instanceof ApiError) || !isTransient(error) || performance.now() > untilMs) throw error
      await sleep(RETRY_MS)
    }
  }
}
