import { startLoad } from '../../../../load/engine.ts'
import { refuseSelfTest } from '../../../../load/self-test.ts'
import { waitForAnswers } from '../../../../load/wait-for-answers.ts'
import type { Driver } from '../../../driver.ts'
import type { Timeline } from '../../../timeline.ts'
import type { ApiClient } from '../api/client.ts'
import { createClockBridge } from '../clock-bridge.ts'
import { createObservedPods } from '../pods.ts'
import { createRestarter } from '../restarter.ts'
import { startObserver } from './observer.ts'
import { type AgentJob, type AgentMessage, type OwnRun, START_TIMEOUT_MS } from './protocol.ts'

/** Dependencies of the driver. */
export interface InsidePorts {
  readonly api: ApiClient
  readonly timeline: Timeline
  readonly say: (message: AgentMessage, atMs?: number) => void
}

/** A driver for an agent that runs alone: it sends, observes and restarts in one process. */
export function createInsideDriver(job: AgentJob, run: OwnRun, { api, timeline, say }: InsidePorts): Driver {
  let { target } = job
  const ending = new AbortController()
  const { signal } = ending
  // There is only one clock, so this bridge converts nothing.
  const pods = createObservedPods(timeline, createClockBridge())
  const observer = startObserver(api, job, (message, at) => {
    say(message, at)
    pods.take({ n: 0, at, ...message })
  })
  observer.failed.catch((error: unknown) => pods.fail(error as Error))
  const restarter = createRestarter(
    { ...job.workload, namespace: job.namespace, selector: job.selector },
    {
      api,
      pods,
      trigger: run.trigger ?? 'restart',
      settings: { toImage: run.toImage, targetPort: job.targetPort },
      timeoutMs: run.rolloutTimeoutMs,
      signal,
      onNotice: (detail) => void timeline.record('notice', { detail }),
    },
  )
  const stop = (): void => {
    ending.abort()
    observer.stop()
    pods.fail(new Error('The driver was stopped'))
  }
  return {
    start: () => observer.synced,
    replicas: () => run.replicas,
    async selfTest(load) {
      const answers = await waitForAnswers(load, target, { timeoutMs: START_TIMEOUT_MS, signal })
      const { problems, target: found, ...changes } = answers
      target = found
      refuseSelfTest(
        load,
        problems.map(({ sentence }) => sentence),
        changes,
      )
      return changes
    },
    async startLoad(load, changes) {
      const running = startLoad(load, { pickTarget: () => target, changes })
      signal.addEventListener('abort', () => running.abandon(), { once: true })
      return {
        totals: () => running.totals(),
        record: () => running.record(),
        async stop() {
          await running.stop()
          return running.record()
        },
        abandon: () => running.abandon(),
      }
    },
    restart: restarter.restart,
    oldPodsGone: restarter.oldPodsGone,
    pods: () => pods.records(),
    leftBehind: restarter.leftBehind,
    unknown: () => [],
    async stop() {
      stop()
      await restarter.ended()
    },
    killAll: stop,
  }
}
