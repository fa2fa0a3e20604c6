import { randomBytes } from 'node:crypto'
import type { LaneChanges } from '../../../load/lane-changes.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import { type Instant, readClocks } from '../../../load/sample.ts'
import { type AgentObjects, createAgentObjects } from './agent-objects.ts'
import type { AgentPlan } from './agent-plan.ts'
import { graceSecondsOf, secondsOf } from './agent-times.ts'
import { type AgentPod, type AgentPods, waitForAgentPods } from './agent-pod.ts'
import type { AgentJob, AgentLine, OwnRun } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import type { ClockBridge } from './clock-bridge.ts'
import { createGeneratorClock } from './generator-clock.ts'
import { joinLoads } from './joined-load.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import type { LoadSum } from './load-sum.ts'
import { DEFAULT_IMAGE, WORKLOAD_IMAGE } from './manifests.ts'
import { type AgentAnswer, mergeAnswers, type NamedAnswer } from './merge-answers.ts'
import { followGenerator, type RemoteGenerator } from './remote-generator.ts'

/** Unless the lease is extended, the cluster ends the agent after this time. Seconds. */
const LEASE_SECONDS = 180
const RENEWAL_MS = 60_000
/** Number of times to ask several generators for the time; the fastest answer bounds their clocks best. */
const CLOCK_QUESTIONS = 5

/** The agent in its pod or pods, as this process sees it. */
export interface RemoteAgent {
  /**
   * Resolves when every watch of the agent has read its first list and the clocks of several generators are
   * known. Rejects with `LASTCALL_AGENT`.
   */
  observing(): Promise<void>
  /**
   * Gives a task to all pods and resolves to their answer. Rejects with `LASTCALL_AGENT` if the agent is lost
   * first.
   */
  ask(task: AgentTask): Promise<AgentAnswer>
  /**
   * Rejects with `LASTCALL_AGENT` when one of its pods is lost or ends by itself; otherwise resolves at the
   * end.
   */
  readonly ended: Promise<void>
  /** The load so far. */
  readonly load: Pick<LoadSum, 'totals' | 'record'>
  /** Ends the agent with SIGTERM; resolves after its last line. */
  stop(): Promise<void>
  /** Deletes all of its objects, and resolves to those that are left after the timeout. */
  remove(): Promise<readonly string[]>
}

/** A command without a number yet. */
export type AgentTask =
  | { readonly do: 'clock' }
  | { readonly do: 'self-test'; readonly load: LoadOptions }
  | { readonly do: 'load'; readonly load: LoadOptions; readonly changes: LaneChanges }

/** Receivers of the agent's lines. */
export interface RemoteAgentPorts {
  readonly clock: ClockBridge
  onLine(line: AgentLine): void
  onNotice(text: string): void
}

/** The objects of an agent; with `run`, of one that does that run alone. */
export function planAgent(options: KubernetesOptions, run?: OwnRun): AgentPlan {
  const { workload, service, destination, targetPort, asksPods, observeFrom } = options.found
  const name = `lastcall-${randomBytes(4).toString('hex')}`
  const generators = run ? 1 : options.generators
  const job: AgentJob = {
    namespace: workload.namespace,
    workload: { kind: workload.kind, name: workload.name, resource: workload.resource, uid: workload.uid },
    selector: workload.selector,
    ...(service && { service: service.service }),
    target: destination.target,
    ...(targetPort !== undefined && { targetPort }),
    ...(!asksPods && { reachesPods: false }),
    generators,
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
    deadlineSeconds: run ? secondsOf(run) : LEASE_SECONDS,
    graceSeconds: graceSecondsOf(options.load),
    serviceAccount: options.serviceAccount,
    observeFrom,
    generators,
    node: options.node,
    alone: run && (run.trigger ?? 'restart'),
  }
}

/** A cluster that runs the workload can pull its image with the same secrets. */
function imageFor({ found, image }: KubernetesOptions): Pick<AgentPlan, 'image' | 'imagePullSecrets'> {
  if (image !== WORKLOAD_IMAGE) return { image, imagePullSecrets: [] }
  const { containers, imagePullSecrets = [] } = found.workload.object.spec.template.spec
  return { image: containers[0]?.image ?? DEFAULT_IMAGE, imagePullSecrets }
}

/**
 * Creates the agent and resolves when it runs.
 * @throws LastcallError `LASTCALL_AGENT` when it does not start; then nothing of it is left
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
  const asked = new Map<number, Instant>()
  let commands = 0
  let isEnding = false
  const causeOf = (line: AgentLine): Instant | undefined => {
    if (line.type === 'hello') return askedAt
    return 'command' in line ? asked.get(line.command) : undefined
  }
  const [firstPod, ...otherPods] = await startedPods(api, { plan, objects }, ending.signal)
  const follow = (pod: AgentPod, itsClock: ClockBridge): RemoteGenerator =>
    followGenerator(
      api,
      { pod, namespace, of: plan.generators },
      { clock: itsClock, causeOf, isEnding: () => isEnding, onLine, onNotice },
      ending.signal,
    )
  const observer = follow(firstPod, clock)
  const clocks = otherPods.map(() => createGeneratorClock(clock))
  const others = otherPods.map((pod, index) => follow(pod, clocks[index] ?? clock))
  const generators = [observer, ...others]
  const ended = Promise.all(generators.map((generator) => generator.ended)).then(() => undefined)
  ended.catch(() => undefined)
  if (others.length > 0) onNotice(`the load comes from ${generators.map(({ name }) => name).join(', ')}`)
  const renewal = renew(objects, onNotice)
  const ask = async (task: AgentTask): Promise<AgentAnswer> => {
    const n = ++commands
    // An agent without an account reads no commands and issues those of its job itself.
    if (plan.observeFrom === 'cluster') {
      asked.set(n, readClocks())
      await objects.command({ n, ...task })
    }
    return mergeAnswers(
      await Promise.all([answerOf(observer, n), ...others.map((other) => answerOf(other, n))]),
    )
  }
  const end = (): void => {
    isEnding = true
    clearInterval(renewal)
  }
  return {
    async observing() {
      // Any of them may be lost first.
      await Promise.race([observer.first('observing'), ended])
      if (others.length > 0) for (let count = 0; count < CLOCK_QUESTIONS; count++) await ask({ do: 'clock' })
    },
    ask,
    ended,
    load: joinLoads(generators, () => clocks.reduce((most, other) => Math.max(most, other.errorMs()), 0)),
    async stop() {
      end()
      await objects.delete()
      await ended
    },
    async remove() {
      end()
      try {
        await objects.delete()
        return await objects.gone()
      } finally {
        ending.abort()
      }
    },
  }
}

async function startedPods(
  api: ApiClient,
  { plan, objects }: { readonly plan: AgentPlan; readonly objects: AgentObjects },
  signal: AbortSignal,
): Promise<AgentPods> {
  try {
    return await waitForAgentPods(api, { ...plan, namespace: plan.workload.namespace }, signal)
  } catch (error) {
    await objects.delete()
    throw error
  }
}

async function answerOf({ name, first }: RemoteGenerator, command: number): Promise<NamedAnswer> {
  return { name, answer: (await first(`command ${command}`)) as AgentAnswer }
}

function renew(objects: AgentObjects, onNotice: (text: string) => void): NodeJS.Timeout {
  return setInterval(() => {
    objects.extend(LEASE_SECONDS).catch((error: unknown) => {
      onNotice(`the agent's deadline could not be moved, it may end too early: ${(error as Error).message}`)
    })
  }, RENEWAL_MS)
}
