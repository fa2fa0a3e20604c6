import { LastcallError } from '../../../core/errors.ts'
import type { LoadOptions } from '../../../load/load-options.ts'
import { refuseSelfTest } from '../../../load/self-test.ts'
import type { Driver, DriverLoad } from '../../driver.ts'
import type { Timeline } from '../../timeline.ts'
import type { AgentLine } from './agent/protocol.ts'
import type { ApiClient } from './api/client.ts'
import { createClockBridge } from './clock-bridge.ts'
import type { KubernetesOptions } from './kubernetes-options.ts'
import { createObservedPods } from './pods.ts'
import { endedEarly, planAgent, type RemoteAgent, startRemoteAgent } from './remote-agent.ts'
import { type Restart, startRestart } from './restart.ts'

/** What the driver needs besides its options. */
export interface KubernetesPorts {
  readonly api: ApiClient
  readonly timeline: Timeline
  /** The agent was lost while it sent: what comes from now on is not seen. Called once at most. */
  onLost(problem: string): void
}

/** A workload in a cluster, with an agent beside it that sends the load and observes. */
export function createKubernetesDriver(options: KubernetesOptions, ports: KubernetesPorts): Driver {
  const { api, timeline } = ports
  const clock = createClockBridge()
  const pods = createObservedPods(timeline, clock)
  const ending = new AbortController()
  const { signal } = ending
  const { workload, service } = options.found
  let agent: RemoteAgent | undefined
  let starting: Promise<RemoteAgent> | undefined
  let restart: Restart | undefined
  const notice = (detail: string): void => void timeline.record('notice', { detail })
  const onLine = (line: AgentLine): void => {
    pods.take(line)
    if (line.type === 'gap' && line.lost) notice(`the watch of ${line.watch} lost changes: ${line.why}`)
    if (line.type === 'event' && line.reason === 'FailedPreStopHook') notice(`${line.about}: ${line.message}`)
  }
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The driver was used before start()')
    return value
  }

  return {
    async start() {
      notice(`load goes to the Service ${service.service}, port ${service.port}; ${workload.replicas} pods`)
      starting = startRemoteAgent(api, planAgent(options), { clock, onLine, onNotice: notice })
      agent = await starting
      await agent.line('observing')
    },
    replicas: () => workload.replicas,
    async selfTest(load: LoadOptions) {
      const { problems, leftOut } = await present(agent).line('self-test')
      refuseSelfTest(load, problems, leftOut)
      return leftOut
    },
    async startLoad() {
      const running = present(agent)
      await running.line('load-started')
      return sendRemotely(running, ports)
    },
    async restart() {
      restart = await startRestart(api, workload, {
        timeoutMs: options.rolloutTimeoutMs,
        signal,
      })
      await restart.finished
    },
    oldPodsGone: () => present(restart).oldPodsGone(),
    pods: () => pods.records(),
    async stop() {
      ending.abort()
      // An agent that is still being created would be left behind.
      const last = await starting?.catch(() => undefined)
      const left = (await last?.remove()) ?? []
      if (left.length > 0) {
        notice(
          `still there after the end: ${left.join(', ')}; see kubectl get all,cm,sa,role,rolebinding -l lastcall.dev/run`,
        )
      }
    },
    // Nothing can be asked of a cluster synchronously: the deadline of the Job ends the agent.
    killAll: () => undefined,
  }
}

/** The load of the agent, which it sends since its self-test. */
function sendRemotely(agent: RemoteAgent, { onLost }: KubernetesPorts): DriverLoad {
  let isStopping = false
  agent.ended.then(
    () => {
      if (!isStopping) onLost(endedEarly().problems.join(' '))
    },
    (error: unknown) => {
      if (!isStopping) onLost(error instanceof LastcallError ? error.problems.join(' ') : String(error))
    },
  )
  return {
    setPhase: () => undefined,
    record: () => agent.record(),
    async stop() {
      isStopping = true
      await agent.stop()
      const record = agent.record()
      if (!record) throw endedEarly()
      return record
    },
    abandon() {
      isStopping = true
    },
  }
}
