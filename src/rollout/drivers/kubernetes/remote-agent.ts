import { randomBytes } from 'node:crypto'
import { LastcallError } from '../../../core/errors.ts'
import type { LaneChanges } from '../../../load/lane-changes.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import { type Instant, readClocks } from '../../../load/sample.ts'
import { followAgentLog } from './agent-log.ts'
import { type AgentObjects, createAgentObjects } from './agent-objects.ts'
import type { AgentPlan } from './agent-plan.ts'
import { waitForAgentPod } from './agent-pod.ts'
import type { AgentJob, AgentLine, OwnRun } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import type { ClockBridge } from './clock-bridge.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import { createLoadSum, type LoadSum } from './load-sum.ts'
import { DEFAULT_IMAGE, WORKLOAD_IMAGE } from './manifests.ts'

/** The cluster ends an agent that nobody has asked to go on for so long. Seconds. */
const LEASE_SECONDS = 180
const RENEWAL_MS = 60_000

/** The agent in its pod, as seen from here. */
export interface RemoteAgent {
  /** Resolves when every watch of the agent has read its first list; rejects with `LASTCALL_AGENT`. */
  observing(): Promise<void>
  /** Has it do something and resolves to its answer; rejects with `LASTCALL_AGENT` when it is lost before. */
  ask(task: AgentTask): Promise<AgentAnswer>
  /** Rejects with `LASTCALL_AGENT` when the agent is lost; resolves when it has come to its end. */
  readonly ended: Promise<void>
  /** The load so far. */
  readonly load: LoadSum
  /** Ends it with SIGTERM; resolves when everything that it had to say is here. */
  stop(): Promise<void>
  /** Deletes everything of it, and resolves to what is left when that takes too long. */
  remove(): Promise<readonly string[]>
}

/** A command that has no number yet. */
export type AgentTask =
  | { readonly do: 'self-test'; readonly load: LoadOptions }
  | { readonly do: 'load'; readonly load: LoadOptions; readonly changes: LaneChanges }

/** The line that answers a command. */
export type AgentAnswer = Extract<AgentLine, { readonly command: number }>

/** What the driver does with what the agent says. */
export interface RemoteAgentPorts {
  readonly clock: ClockBridge
  onLine(line: AgentLine): void
  onNotice(text: string): void
}

/** Nobody moves the deadline of an agent that runs alone: it has to be enough for the slowest run. */
function secondsFor({ baselineMs, coolDownMs, durationMs, restarts, rolloutTimeoutMs }: OwnRun): number {
  const rolloutsMs = Math.max(durationMs ?? 0, restarts * rolloutTimeoutMs) + rolloutTimeoutMs
  return Math.ceil((baselineMs + rolloutsMs + coolDownMs) / 1_000)
}

/** The objects of an agent; with `run` it does that alone. */
export function planAgent(options: KubernetesOptions, run?: OwnRun): AgentPlan {
  const { workload, service, destination, targetPort, observeFrom } = options.found
  const name = `lastcall-${randomBytes(4).toString('hex')}`
  const job: AgentJob = {
    namespace: workload.namespace,
    workload: { kind: workload.kind, name: workload.name, resource: workload.resource, uid: workload.uid },
    selector: workload.selector,
    ...(service && { service: service.service }),
    target: destination.target,
    ...(targetPort !== undefined && { targetPort }),
    configMap: name,
    ...(run && { run }),
    ...(observeFrom === 'here' && { load: options.load }),
  }
  return {
    name,
    workload,
    ...imageFor(options),
    bundle: options.bundle,
    job,
    deadlineSeconds: run ? secondsFor(run) : LEASE_SECONDS,
    serviceAccount: options.serviceAccount,
    observeFrom,
    node: options.node,
    alone: run && (run.trigger ?? 'restart'),
  }
}

/** A cluster that runs the workload can pull its image, with the same secrets. */
function imageFor({ found, image }: KubernetesOptions): Pick<AgentPlan, 'image' | 'imagePullSecrets'> {
  if (image !== WORKLOAD_IMAGE) return { image, imagePullSecrets: [] }
  const { containers, imagePullSecrets = [] } = found.workload.object.spec.template.spec
  return { image: containers[0]?.image ?? DEFAULT_IMAGE, imagePullSecrets }
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
  let commands = 0
  const asked = new Map<number, Instant>()
  const load = createLoadSum(clock)
  let log: Promise<void>
  try {
    const pod = await waitForAgentPod(api, { namespace, name: plan.name, image: plan.image }, ending.signal)
    const take = (line: AgentLine): void => {
      if (line.type === 'hello') clock.caused(line.at, askedAt)
      const ask = 'command' in line ? asked.get(line.command) : undefined
      if (ask) clock.caused(line.at, ask)
      if (line.type === 'load') load.add(line.part)
      onLine(line)
      lines.take(line)
    }
    const podPath = `/api/v1/namespaces/${namespace}/pods/${pod}`
    log = followAgentLog(api, podPath, { clock, onLine: take, onNotice }, ending.signal)
  } catch (error) {
    await objects.delete()
    throw error
  }
  const ended = log.catch((error: unknown) => {
    lines.fail(error as Error)
    throw error
  })
  ended.catch(() => undefined)
  const renewal = renew(objects, onNotice)
  return {
    observing: async () => void (await lines.first('observing')),
    async ask(task) {
      const n = ++commands
      // Without an account it reads no command, and gives itself those of its job.
      if (plan.observeFrom === 'cluster') {
        asked.set(n, readClocks())
        await objects.command({ n, ...task })
      }
      return (await lines.first(`command ${n}`)) as AgentAnswer
    },
    ended,
    load,
    async stop() {
      clearInterval(renewal)
      await objects.delete()
      await ended
    },
    async remove() {
      clearInterval(renewal)
      try {
        await objects.delete()
        return await objects.gone()
      } finally {
        ending.abort()
      }
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
  /** The first line of a type, or the answer to a command: `command 1`. */
  first(what: string): Promise<AgentLine>
}

function createLineWaiters(): LineWaiters {
  const waiters = new Map<string, PromiseWithResolvers<AgentLine>>()
  let failure: Error | undefined
  const waiterOf = (what: string): PromiseWithResolvers<AgentLine> => {
    const known = waiters.get(what)
    if (known) return known
    const waiter = Promise.withResolvers<AgentLine>()
    // Nobody may be waiting for it.
    waiter.promise.catch(() => undefined)
    waiters.set(what, waiter)
    if (failure) waiter.reject(failure)
    return waiter
  }
  return {
    take(line) {
      waiterOf(line.type).resolve(line)
      if ('command' in line) waiterOf(`command ${line.command}`).resolve(line)
    },
    fail(error) {
      failure = error
      for (const waiter of waiters.values()) waiter.reject(error)
    },
    first: (what) => waiterOf(what).promise,
  }
}

/** The error of an agent that came to its end without having been asked to. */
export function endedEarly(): LastcallError {
  return new LastcallError('LASTCALL_AGENT', ['the agent ended by itself, before it was told to'])
}
