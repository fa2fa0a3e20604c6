import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type {
  AgentLine,
  AgentMessage,
  PodFacts,
} from '../../../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import { createClockBridge } from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { createObservedPods } from '../../../../src/rollout/drivers/kubernetes/pods.ts'
import type { PodRecord } from '../../../../src/rollout/pod-record.ts'
import { createTimeline } from '../../../../src/rollout/timeline.ts'

/** Something that the agent said of the pod `a`, and when. */
type Said = readonly [message: AgentMessage, at: number]

const pod = (
  facts: Partial<PodFacts>,
  change: 'ADDED' | 'MODIFIED' | 'DELETED' = 'MODIFIED',
): AgentMessage => ({
  type: 'pod',
  change,
  pod: { name: 'a', uid: 'uid-a', ready: true, deleting: false, restarts: 0, ...facts },
})
const readiness = (passes: boolean): AgentMessage => ({ type: 'readiness', pod: 'a', passes })

function recordOf(...said: readonly Said[]): PodRecord {
  const pods = createObservedPods(createTimeline(), createClockBridge())
  for (const [nth, [message, at]] of said.entries()) pods.take({ n: nth + 1, at, ...message } as AgentLine)
  return pods.records()[0]!
}

suite('what the agent sees of a pod', () => {
  test('its readiness counts from the first failure after the deletion, or from shortly before it was seen', () => {
    const failedAt = (...said: readonly Said[]): number | undefined =>
      recordOf([pod({}, 'ADDED'), 0], [readiness(true), 10], ...said).cluster?.readinessFailedAt?.wallMs
    const deleted: Said = [pod({ deleting: true }), 5_000]
    assert.equal(
      failedAt(deleted, [readiness(false), 5_100], [readiness(true), 5_200], [readiness(false), 5_300]),
      5_100,
    )
    assert.equal(failedAt([readiness(false), 4_900], deleted), 4_900)
    assert.equal(failedAt([readiness(false), 1_000], [readiness(true), 1_100], deleted), undefined)
    assert.equal(failedAt([readiness(false), 1_000], deleted), undefined)
    assert.equal(failedAt([readiness(false), 1_000]), undefined)
  })

  test('the last scrape is the number of forced closes where no report came', () => {
    const scrape: Said = [
      { type: 'metrics', uid: 'uid-a', scrape: { atMs: 5_900, forcedCloses: 3, inFlight: 1 } },
      6_000,
    ]
    const deleted: Said = [pod({ deleting: true }), 5_000]
    const without = recordOf([pod({}, 'ADDED'), 0], deleted, [pod({}, 'DELETED'), 5_950], scrape)
    assert.equal(without.forceClosed, 3)
    assert.deepEqual(
      [without.cluster?.lastScrape?.at.wallMs, without.cluster?.lastScrape?.inFlight],
      [5_900, 1],
    )
    const message = JSON.stringify({ events: [], forcedCloses: { total: 4 } })
    const ended: Said = [pod({ deleting: true, terminated: { exitCode: 1, message } }), 5_800]
    assert.equal(recordOf([pod({}, 'ADDED'), 0], deleted, ended, scrape).forceClosed, 4)
  })

  test('a container that was started again before the run has not crashed in it', () => {
    const before: Said = [pod({ restarts: 2 }, 'ADDED'), 0]
    assert.equal(recordOf(before).ending, 'running')
    assert.equal(recordOf(before, [pod({ restarts: 3 }), 10]).ending, 'crashed')
    assert.equal(recordOf(before).cluster?.restarts, 2)
  })
})
