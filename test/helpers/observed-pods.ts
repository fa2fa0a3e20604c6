import type {
  AgentLine,
  AgentMessage,
  PodFacts,
} from '../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { createClockBridge } from '../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { createObservedPods, type ObservedPods } from '../../src/rollout/drivers/kubernetes/pods.ts'
import { createTimeline, type Timeline } from '../../src/rollout/timeline.ts'

export interface Observed {
  readonly pods: ObservedPods
  readonly timeline: Timeline
  say(message: AgentMessage, at?: number): void
  /** Says what a pod is now. */
  pod(facts: Partial<PodFacts>, change?: 'ADDED' | 'MODIFIED' | 'DELETED', at?: number): void
}

export function observe(): Observed {
  const timeline = createTimeline()
  const pods = createObservedPods(timeline, createClockBridge())
  let n = 0
  const say = (message: AgentMessage, at = 0): void => pods.take({ n: ++n, at, ...message } as AgentLine)
  return {
    pods,
    timeline,
    say,
    pod: (facts, change = 'MODIFIED', at = 0) =>
      say(
        {
          type: 'pod',
          change,
          pod: { name: 'a', uid: 'a', ready: false, deleting: false, restarts: 0, ...facts },
        },
        at,
      ),
  }
}

export const ready = { ready: true }
export const deleting = { ready: false, deleting: true }
export const ended = (exitCode: number, more: object = {}): Partial<PodFacts> => ({
  ...deleting,
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...more },
})
