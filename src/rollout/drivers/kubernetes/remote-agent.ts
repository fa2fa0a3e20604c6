import { randomBytes } from 'node:crypto'
import { LastcallError } from '../../../core/errors.ts'
import type { LoadDocument } from '../../../load/load-document.ts'
import { readClocks } from '../../../load/sample.ts'
import { type AgentLog, followAgentLog } from './agent-log.ts'
import { type AgentObjects, createAgentObjects } from './agent-objects.ts'
import { waitForAgentPod } from './agent-pod.ts'
import { joinPart } from './agent/load-parts.ts'
import type { AgentJob, AgentLine, AgentMessage } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import type { ClockBridge } from './clock-bridge.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import type { AgentPlan } from './manifests.ts'

/** The cluster ends an agent that nobody has asked to go on for so long. Seconds. */
const LEASE_SECONDS = 180
const RENEWAL_MS = 60_000

/** The agent in its pod, as seen from here. */
export interface RemoteAgent {
  /** Resolves to the first line of a type; rejects with `LASTCALL_AGENT` when the agent is lost before. */
  line<Type extends AgentMessage['type']>(type: Type): Promise<Extract<AgentLine, { readonly type: Type }>>
  /** Rejects with `LASTCALL_AGENT` when the agent is lost; resolves when it has come to its end. */
  readonly ended: Promise<void>
  /** The load so far; undefined before its first line. */
  record(): LoadDocument | undefined
  /** Ends it with SIGTERM; resolves when everything that it had to say is here. */
  stop(): Promise<void>
  /** Deletes everything of it, and resolves to what is left when that takes too long. */
  remove(): Promise<readonly string[]>
}

/** What the driver does with what the agent says. */
export interface RemoteAgentPorts {
  readonly clock: ClockBridge
  onLine(line: AgentLine): void
  onNotice(text: string): void
}

/** The objects of an agent, as they would be created; for a dry run as well. */
export function planAgent(options: KubernetesOptions): AgentPlan {
  const { workload, service } = options.found
  const { http2Port } = service
  const job: AgentJob = {
    namespace: workload.namespace,
    workload: { kind: workload.kind, name: workload.name, uid: workload.uid },
    selector: workload.selector,
    service: service.service,
    target: { host: service.address, port: service.port, ...(http2Port !== undefined && { http2Port }) },
    targetPort: service.targetPort,
    load: options.load,
  }
  return {
    name: `lastcall-${randomBytes(4).toString('hex')}`,
    workload,
    image: options.image,
    bundle: options.bundle,
    job,
    deadlineSeconds: LEASE_SECONDS,
    serviceAccount: options.serviceAccount,
  }
}

/**
 * Creates the agent and resolves when it runs.
 * @throws LastcallError `LASTCALL_AGENT` when it does not start, and then nothing of it is left
 */
export async function startRemoteAgent(
  api: ApiClient,
  plan: AgentPlan,
  { clock, onLine, onNotice }: RemoteAgentPorts,
): Promise<RemoteAgent> {
  const ending = new AbortController()
  const askedAt = readClocks()
  const objects = await createAgentObjects(api, plan)
  const { namespace } = plan.workload
  const lines = createLineWaiters()
  let record: LoadDocument | undefined
  let log: AgentLog
  try {
    const pod = await waitForAgentPod(api, { namespace, name: plan.name, image: plan.image }, ending.signal)
    const take = (line: AgentLine): void => {
      if (line.type === 'hello') clock.caused(line.at, askedAt)
      if (line.type === 'load') record = joinPart(record, line.part)
      onLine(line)
      lines.take(line)
    }
    const podPath = `/api/v1/namespaces/${namespace}/pods/${pod}`
    log = followAgentLog(api, podPath, { clock, onLine: take, onNotice }, ending.signal)
  } catch (error) {
    await objects.delete()
    throw error
  }
  const ended = log.ended.catch((error: unknown) => {
    lines.fail(error as Error)
    throw error
  })
  ended.catch(() => undefined)
  const renewal = renew(objects, onNotice)
  return {
    line: lines.first,
    ended,
    record: () => record,
    async stop() {
      clearInterval(renewal)
      await objects.delete()
      await ended
    },
    async remove() {
      clearInterval(renewal)
      await objects.delete()
      const left = await objects.gone()
      ending.abort()
      return left
    },
  }
}

function renew(objects: AgentObjects, onNotice: (text: string) => void): NodeJS.Timeout {
  return setInterval(() => {
    objects.extend(LEASE_SECONDS).catch((error: unknown) => {
      onNotice(`the agent's deadline could not be moved, it may end too early: ${(error as Error).message}`)
    })
  }, RENEWAL_MS)
}

interface LineWaiters {
  take(line: AgentLine): void
  fail(error: Error): void
  readonly first: RemoteAgent['line']
}

/** Promises of the first line of each type. */
function createLineWaiters(): LineWaiters {
  const seen = new Map<string, AgentLine>()
  const waiters = new Map<string, PromiseWithResolvers<AgentLine>>()
  let failure: Error | undefined
  return {
    take(line) {
      if (seen.has(line.type)) return
      seen.set(line.type, line)
      waiters.get(line.type)?.resolve(line)
    },
    fail(error) {
      failure = error
      for (const waiter of waiters.values()) waiter.reject(error)
    },
    first<Type extends AgentMessage['type']>(type: Type) {
      const waiter = waiters.get(type) ?? Promise.withResolvers<AgentLine>()
      waiters.set(type, waiter)
      const line = seen.get(type)
      if (line) waiter.resolve(line)
      else if (failure) waiter.reject(failure)
      return waiter.promise as Promise<Extract<AgentLine, { readonly type: Type }>>
    },
  }
}

/** The error of an agent that came to its end without having been asked to. */
export function endedEarly(): LastcallError {
  return new LastcallError('LASTCALL_AGENT', ['the agent ended by itself, before it was told to'])
}
