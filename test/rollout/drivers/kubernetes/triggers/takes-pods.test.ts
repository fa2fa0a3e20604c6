import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { NodeObject, Taint } from '../../../../../src/rollout/drivers/kubernetes/api/control-objects.ts'
import type { PodSpec } from '../../../../../src/rollout/drivers/kubernetes/api/objects.ts'
import { takesPods } from '../../../../../src/rollout/drivers/kubernetes/triggers/takes-pods.ts'

const node = (parts: Partial<NodeObject> = {}): NodeObject => ({
  metadata: { name: 'node-1', uid: 'uid-1', labels: { disk: 'ssd' } },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
  ...parts,
})
const pod = (parts: Partial<PodSpec> = {}): PodSpec => ({ containers: [], ...parts })

suite('takesPods()', () => {
  test('a node that is ready and not cordoned takes any pod; others take none', () => {
    assert.equal(takesPods(node(), pod()), true)
    assert.equal(takesPods(node({ spec: { unschedulable: true } }), pod()), false)
    assert.equal(takesPods(node({ status: {} }), pod()), false)
  })

  const taint: Taint = { key: 'dedicated', value: 'batch', effect: 'NoSchedule' }
  for (const [what, tolerations, isTaken] of [
    ['no toleration', undefined, false],
    ['one of this value', [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }], true],
    ['one of another value', [{ key: 'dedicated', operator: 'Equal', value: 'web' }], false],
    ['one of any value', [{ key: 'dedicated', operator: 'Exists' }], true],
    ['one of another key', [{ key: 'gpu', operator: 'Exists' }], false],
    ['one of another effect', [{ key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }], false],
    ['one of everything', [{ operator: 'Exists' }], true],
  ] as const) {
    test(`a tainted node, and a pod that has ${what}: ${isTaken}`, () => {
      const spec = pod(tolerations && { tolerations })
      assert.equal(takesPods(node({ spec: { taints: [taint] } }), spec), isTaken)
    })
  }

  test('every taint has to be tolerated, but not one that is only a wish', () => {
    const tolerations = [{ key: 'dedicated', operator: 'Exists' }]
    const noExecute = { key: 'node.kubernetes.io/disk-pressure', effect: 'NoExecute' }
    const wish = { key: 'slow', effect: 'PreferNoSchedule' }
    assert.equal(takesPods(node({ spec: { taints: [taint, noExecute] } }), pod({ tolerations })), false)
    assert.equal(takesPods(node({ spec: { taints: [taint, wish] } }), pod({ tolerations })), true)
  })

  test('a node without the labels that the pod selects does not take it', () => {
    assert.equal(takesPods(node(), pod({ nodeSelector: { disk: 'ssd' } })), true)
    assert.equal(takesPods(node(), pod({ nodeSelector: { disk: 'hdd' } })), false)
  })
})
