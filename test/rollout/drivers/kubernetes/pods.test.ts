import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { PodFacts } from '../../../../src/rollout/drivers/kubernetes/agent/protocol.ts'
import type { PodRecord } from '../../../../src/rollout/pod-record.ts'
import { deleting, ended, observe, ready } from '../../../helpers/observed-pods.ts'

/** The record of a pod that went through these, and then was deleted. */
function recordOf(...steps: readonly Partial<PodFacts>[]): PodRecord {
  const { pods, pod } = observe()
  for (const [nth, facts] of steps.entries()) pod(facts, nth === 0 ? 'ADDED' : 'MODIFIED', 1_000 * nth)
  pod(steps.at(-1) ?? {}, 'DELETED', 9_000)
  return pods.records()[0]!
}

suite('createObservedPods()', () => {
  test('a pod whose deletion began before the run is none of its pods, however it ends', () => {
    const { pods, timeline, pod } = observe()
    pod(deleting, 'ADDED')
    pod({ uid: 'b', name: 'b', ...ready }, 'ADDED')
    pod(ended(137))
    pod(ended(137), 'DELETED')
    assert.deepEqual(
      pods.records().map(({ name, ending }) => [name, ending]),
      [['b', 'running']],
    )
    assert.deepEqual([...pods.present()], ['b'])
    assert.ok(timeline.events.every((event) => event.pod === 'b'))
  })

  test('how a container ended before the run says nothing about the pod', () => {
    const oom = { terminated: { exitCode: 137, reason: 'OOMKilled', earlier: true as const }, restarts: 3 }
    const { pods, timeline, pod } = observe()
    pod({ ...ready, ...oom }, 'ADDED')
    assert.equal(pods.records()[0]?.ending, 'running')
    pod({ ...deleting, ...oom }, 'MODIFIED', 1)
    assert.ok(!timeline.events.some(({ kind }) => kind === 'pod-exited'))
    pod({ ...ended(0), restarts: 3 }, 'MODIFIED', 2)
    pod({ ...ended(0), restarts: 3 }, 'DELETED', 3)
    assert.deepEqual([pods.records()[0]?.ending, pods.records()[0]?.exitCode], ['clean', 0])
  })

  test('an evicted pod that nobody deletes is not waited for', async () => {
    const { pods, pod } = observe()
    pod({ phase: 'Failed', reason: 'Evicted' }, 'ADDED')
    assert.equal(pods.present().size, 0)
    await pods.gone(new Set(['a']), false)
  })

  test('a pod goes through its states, each step once in the timeline with the time of the agent', () => {
    const { pods, timeline, pod } = observe()
    const state = (): string | undefined => pods.records()[0]?.state
    const states = [{}, ready, ready, { ready: false }, ready, deleting, ended(0)].map((facts, nth) => {
      pod(facts, nth === 0 ? 'ADDED' : 'MODIFIED', nth)
      return state()
    })
    pod(ended(0), 'DELETED', 99)
    assert.deepEqual(
      [...states, state()],
      ['starting', 'ready', 'ready', 'unready', 'ready', 'terminating', 'terminating', 'gone'],
    )
    assert.deepEqual(
      timeline.events.map(({ kind, at }) => `${kind} ${at.wallMs}`),
      ['pod-started 0', 'pod-ready 1', 'pod-unready 3', 'pod-deleted 5', 'pod-exited 6'],
    )
  })

  for (const [how, ending, steps] of [
    ['exit code 0', 'clean', [ready, deleting, ended(0)]],
    ['another exit code', 'exit-code', [ready, deleting, ended(1)]],
    ['137', 'killed', [ready, deleting, ended(137)]],
    ['143', 'unhandled-signal', [ready, deleting, ended(143)]],
    ['out of memory', 'crashed', [ready, deleting, ended(137, { reason: 'OOMKilled' })]],
    ['a restarted container', 'crashed', [ready, { ...ready, restarts: 1 }, ended(0)]],
    ['an end that nobody asked for', 'crashed', [ready, { terminated: { exitCode: 0 } }]],
    ['a crash before it was ready', 'not-ready', [{}, { restarts: 2 }]],
    ['no exit code', 'unseen', [ready, deleting]],
  ] as const) {
    test(`${how} is the ending '${ending}'`, () => {
      const pod = recordOf(
        ...(steps as readonly Partial<PodFacts>[]).map((facts) => ({
          restarts: how.startsWith('a restarted') && 'deleting' in facts ? 1 : 0,
          ...facts,
        })),
      )
      assert.equal(pod.ending, ending)
    })
  }

  test('a pod that is not ready has failed only when the restart has', () => {
    const { pods, pod } = observe()
    pod({}, 'ADDED')
    assert.equal(pods.records()[0]?.ending, 'running')
    pods.giveUp()
    assert.equal(pods.records()[0]?.ending, 'not-ready')
  })

  test('a report of lastcall is read from the termination message, other text is kept', () => {
    const report = { events: [], forcedCloses: { total: 3 } }
    const pod = recordOf(ready, deleting, ended(1, { message: JSON.stringify(report) }))
    assert.deepEqual([pod.report, pod.forceClosed, pod.message], [report, 3, undefined])
    assert.equal(recordOf(ready, ended(1, { message: 'pool is closed' })).message, 'pool is closed')
  })

  test('says between which connects a pod that goes away stopped to accept, and when its endpoint ended', () => {
    const { pods, say, pod } = observe()
    const listener = (
      state: 'accepting' | 'refused' | 'silent',
      at: number,
      lastOtherMs: number | null,
    ): void => say({ type: 'listener', pod: 'a', state, lastOtherMs }, at)
    pod(ready, 'ADDED')
    listener('refused', 5, null)
    listener('accepting', 10, 5)
    pod(deleting, 'MODIFIED', 100)
    say(
      {
        type: 'endpoint',
        address: '10.0.0.1',
        pod: 'a',
        ready: false,
        serving: true,
        terminating: true,
        gone: false,
      },
      120,
    )
    listener('refused', 300, 200)
    listener('silent', 400, 390)
    say(
      {
        type: 'endpoint',
        address: '10.0.0.1',
        pod: 'a',
        ready: false,
        serving: false,
        terminating: true,
        gone: true,
      },
      500,
    )
    const { cluster } = pods.records()[0]!
    assert.deepEqual(
      [cluster?.endpointEndedAt?.wallMs, cluster?.lastAcceptedAt?.wallMs, cluster?.firstRefusedAt?.wallMs],
      [120, 200, 300],
    )
  })
})
