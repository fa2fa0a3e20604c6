import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { WorkloadObject } from '../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { readHealth, readRolloutStatus } from '../../../../src/rollout/drivers/kubernetes/rollout-status.ts'
import type { WorkloadKind } from '../../../../src/rollout/drivers/kubernetes/workload-kinds.ts'
import { makeDeployment } from '../../../helpers/kubernetes-objects.ts'

type Status = NonNullable<WorkloadObject['status']>

/** What is said of a workload with three replicas whose status differs in this from one that is done. */
function read(
  kind: WorkloadKind,
  status: Status,
  spec: object = {},
  readStatus: typeof readRolloutStatus = readRolloutStatus,
): string {
  const done = {
    Deployment: { updatedReplicas: 3, replicas: 3, availableReplicas: 3 },
    StatefulSet: { readyReplicas: 3, updatedReplicas: 3 },
    DaemonSet: { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
  }[kind]
  const object = makeDeployment({ spec: { replicas: 3, ...spec }, status: { ...done, ...status } })
  const found = readStatus(kind, object)
  return found.state === 'done' ? 'done' : `${found.state}: ${found.why}`
}

const exceeded = {
  conditions: [
    { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
  ],
}

suite('readRolloutStatus()', () => {
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'] as const) {
    test(`a ${kind} is done when every pod is new and available, not before its controller has seen the change`, () => {
      assert.equal(read(kind, {}), 'done')
      assert.equal(
        read(kind, { observedGeneration: 2 }),
        'waiting: the controller has not seen the change yet',
      )
    })
  }

  test('a Deployment goes through the steps of kubectl rollout status', () => {
    assert.equal(
      read('Deployment', { updatedReplicas: 1, ...exceeded }),
      'failed: the deployment exceeded its progressDeadlineSeconds (timed out)',
    )
    assert.equal(read('Deployment', { updatedReplicas: 1 }), 'waiting: 1 of 3 pods are new')
    assert.equal(read('Deployment', { replicas: 4 }), 'waiting: 1 old pods wait for their end')
    assert.equal(read('Deployment', { availableReplicas: 2 }), 'waiting: 2 of 3 new pods are available')
  })

  test('a StatefulSet waits for new pods as well, also where kubectl does not', () => {
    const rolling = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } }
    assert.equal(read('StatefulSet', { updatedReplicas: 1 }, rolling), 'waiting: 1 of 3 pods are new')
    assert.equal(read('StatefulSet', { readyReplicas: 2 }), 'waiting: 2 of 3 pods are ready')
  })

  test('a StatefulSet with a partition is done when the pods above it are new', () => {
    const partition = (value: number): object => ({ updateStrategy: { rollingUpdate: { partition: value } } })
    assert.equal(read('StatefulSet', { updatedReplicas: 1 }, partition(2)), 'done')
    assert.equal(read('StatefulSet', { updatedReplicas: 1 }, partition(1)), 'waiting: 1 of 2 pods are new')
  })

  test('a DaemonSet waits for new pods on every node, and until they are available', () => {
    assert.equal(read('DaemonSet', { updatedNumberScheduled: 2 }), 'waiting: 2 of 3 pods are new')
    assert.equal(read('DaemonSet', { numberAvailable: 1 }), 'waiting: 1 of 3 new pods are available')
  })
})

suite('readHealth()', () => {
  const none = { updatedReplicas: 0, updatedNumberScheduled: 0 }
  const one = { availableReplicas: 1, readyReplicas: 1, numberAvailable: 1 }
  for (const [kind, spec] of [
    ['Deployment', { paused: true }],
    ['StatefulSet', { updateStrategy: { type: 'OnDelete' } }],
    ['DaemonSet', { updateStrategy: { type: 'OnDelete' } }],
  ] as const) {
    test(`pods of the template before are healthy where the controller leaves them: ${kind}`, () => {
      const all = { availableReplicas: 3, readyReplicas: 3, numberAvailable: 3 }
      assert.equal(read(kind, { ...none, ...all }, spec, readHealth), 'done')
      assert.equal(read(kind, { ...none, ...one }, spec, readHealth), 'waiting: 1 of 3 pods are ready')
      assert.match(read(kind, { ...all, observedGeneration: 2 }, spec, readHealth), /has not seen the change/)
    })

    test(`elsewhere they are not: ${kind}`, () => {
      assert.match(read(kind, none, {}, readHealth), /^waiting: 0 of 3 pods are new/)
    })
  }
})
