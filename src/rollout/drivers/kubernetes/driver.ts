import { LastcallError } from '../../../core/errors.ts'
import type { LoadRecord } from '../../../load/load-record.ts'
import { refuseSelfTest } from '../../../load/self-test.ts'
import type { Driver, DriverLoad } from '../../driver.ts'
import type { Timeline } from '../../timeline.ts'
import type { AgentLine } from './agent/protocol.ts'
import type { Observer } from './agent/observer.ts'
import { ApiError, inWords } from './api/api-error.ts'
import type { ApiClient } from './api/client.ts'
import { type ClockBridge, createClockBridge, errorMsOf } from './clock-bridge.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import { unknownFromHere } from './observe-from.ts'
import { observeFromHere } from './observe-from-here.ts'
import { createObservedPods } from './pods.ts'
import { planAgent, type RemoteAgent, startRemoteAgent } from './remote-agent.ts'
import { endedEarly } from './remote-generator.ts'
import { createRestarter } from './restarter.ts'

/** Dependencies of the driver besides its options. */
export interface KubernetesPorts {
  readonly api: ApiClient
  readonly timeline: Timeline
  /** The sending agent or the observer was lost, so later events go unseen. */
  onLost(problem: string): void
}

/**
 * A driver for a workload in a cluster. An agent next to the workload sends the load and observes, unless
 * this process observes.
 */
export function createKubernetesDriver(options: KubernetesOptions, ports: KubernetesPorts): Driver {
  const { api, timeline } = ports
  const { workload, destination, observeFrom } = options.found
  const clock = createClockBridge()
  const pods = createObservedPods(timeline, clock)
  const ending = new AbortController()
  const { signal } = ending
  let agent: RemoteAgent | undefined
  let starting: Promise<RemoteAgent> | undefined
  let observer: Omit<Observer, 'failed'> | undefined
  const notice = (detail: string): void => void timeline.record('notice', { detail })
  const onLine = (line: AgentLine, by?: ClockBridge): void => {
    pods.take(line, by)
    if (line.type === 'gap' && line.lost) notice(`the watch of ${line.watch} lost changes: ${line.why}`)
    if (line.type === 'event' && line.reason === 'FailedPreStopHook') notice(`${line.about}: ${line.message}`)
  }
  const running = (): RemoteAgent => {
    if (agent === undefined) throw new Error('The driver was used before start()')
    return agent
  }
  const restarter = createRestarter(workload, {
    api,
    pods,
    trigger: options.trigger,
    settings: { toImage: options.toImage, targetPort: options.found.targetPort },
    timeoutMs: options.rolloutTimeoutMs,
    signal,
    onNotice: notice,
  })
  const listing = `kubectl get job,cm,sa,role,rolebinding -n ${workload.namespace} -l app.kubernetes.io/managed-by=lastcall`
  let objectsLeft: readonly string[] = []
  const remove = async (): Promise<void> => {
    // Without this wait, an agent that is still being created would be left behind.
    const last = await starting?.catch(() => undefined)
    try {
      const left = (await last?.remove()) ?? []
      if (left.length > 0) objectsLeft = [`still there after the end: ${left.join(', ')}; see ${listing}`]
    } catch (error) {
      // The agent's deadline ends it anyway. A failed deletion must not lose the report.
      if (!(error instanceof ApiError)) throw error
      objectsLeft = [`the agent could not be deleted (${error.message}); see ${listing}`]
    }
    for (const sentence of objectsLeft) notice(sentence)
  }
  const observe = async (): Promise<void> => {
    const own = createClockBridge()
    const onFailed = (error: Error): void => {
      pods.fail(error)
      ports.onLost(`the pods can no longer be observed: ${error.message}`)
    }
    observer = observeFromHere(options.found, { api, onLine: (line) => onLine(line, own), onFailed })
    await observer.synced
  }
  let stopped: Promise<void> | undefined
  const stopOnce = async (): Promise<void> => {
    ending.abort()
    observer?.stop()
    pods.fail(new Error('The driver was stopped'))
    const removing = remove()
    // The signal ends operations in progress and undoes their changes.
    await restarter.ended()
    await removing
  }
  const stop = (): Promise<void> => (stopped ??= stopOnce())

  return {
    async start() {
      notice(`the load goes to ${destination.words}`)
      for (const note of options.found.notes) notice(note)
      if (observeFrom === 'here') await observe()
      starting = startRemoteAgent(api, planAgent(options), { clock, onLine, onNotice: notice })
      agent = await starting
      if (observeFrom === 'cluster') await agent.observing()
    },
    replicas: () => workload.replicas,
    async selfTest(load) {
      const answer = await running().ask({ do: 'self-test', load })
      if (answer.type !== 'self-test') throw new Error(`The agent answered a self-test with ${answer.type}`)
      refuseSelfTest(load, answer.problems, answer.changes)
      return answer.changes
    },
    async startLoad(load, changes) {
      await running().ask({ do: 'load', load, changes })
      return sendRemotely(running(), ports)
    },
    restart: restarter.restart,
    oldPodsGone: restarter.oldPodsGone,
    pods: () => pods.records(),
    leftBehind: () => [...restarter.leftBehind(), ...objectsLeft],
    unknown: () =>
      observeFrom === 'here' ? unknownFromHere(errorMsOf(clock.aheadMs(), clock.bounds())) : [],
    stop,
    // The process may end before the cluster answers. Then the deadline of the Job ends the agent.
    killAll: () => void stop(),
  }
}

/** The load that the agent sends. */
function sendRemotely(agent: RemoteAgent, { api, onLost }: KubernetesPorts): DriverLoad {
  let isStopping = false
  let last: LoadRecord | undefined
  const lose = (error: unknown): void => {
    if (!isStopping) onLost(error instanceof LastcallError ? error.problems.join(' ') : String(error))
  }
  agent.ended.catch(lose)
  return {
    totals: () => agent.load.totals(),
    record: () => last ?? agent.load.record(),
    async stop() {
      isStopping = true
      await inWords(api.server, () => agent.stop(), '')
      last = agent.load.record()
      if (!last) throw endedEarly()
      return last
    },
    abandon() {
      isStopping = true
      last ??= agent.load.record()
    },
  }
}
