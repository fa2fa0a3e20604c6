import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'

const name = 'PodDisruptionBudget'

async function hasBudget(values: Values): Promise<boolean> {
  return (await renderChart(values)).some(({ kind }) => kind === name)
}

chartSuite('chart disruption budget', () => {
  test('evictions take one pod at a time, and pods that are not ready do not hold them up', async () => {
    const manifests = await renderChart()
    const { spec } = ofKind(manifests, name)
    assert.equal(spec['maxUnavailable'], 1)
    assert.equal('minAvailable' in spec, false)
    assert.equal(spec['unhealthyPodEvictionPolicy'], 'AlwaysAllow')
    assert.deepEqual(spec['selector'], ofKind(manifests, 'Deployment').spec['selector'])
  })

  test('a cluster that does not know the eviction policy is not given one', async () => {
    const old = ofKind(await renderChart({}, { kubeVersion: '1.26.9' }), name)
    assert.equal('unhealthyPodEvictionPolicy' in old.spec, false)
    const known = ofKind(await renderChart({}, { kubeVersion: '1.27.0' }), name)
    assert.equal(known.spec['unhealthyPodEvictionPolicy'], 'AlwaysAllow')
  })

  test('there is one for two replicas, and none for fewer', async () => {
    assert.equal(await hasBudget({ replicaCount: 2 }), true)
    assert.equal(await hasBudget({ replicaCount: 1 }), false)
    assert.equal(await hasBudget({ replicaCount: 0 }), false)
  })

  test('with an autoscaler its fewest replicas decide', async () => {
    assert.equal(await hasBudget({ replicaCount: 1, autoscaling: { enabled: true, minReplicas: 2 } }), true)
    assert.equal(await hasBudget({ replicaCount: 5, autoscaling: { enabled: true, minReplicas: 1 } }), false)
  })

  test('it can be switched off, and then nothing about it is refused', async () => {
    assert.equal(await hasBudget({ podDisruptionBudget: { enabled: false, maxUnavailable: 0 } }), false)
  })

  test('minAvailable takes the place of maxUnavailable', async () => {
    const { spec } = ofKind(
      await renderChart({ replicaCount: 3, podDisruptionBudget: { minAvailable: 2 } }),
      name,
    )
    assert.equal(spec['minAvailable'], 2)
    assert.equal('maxUnavailable' in spec, false)
  })

  const useless: readonly (readonly [Values, RegExp])[] = [
    [{ minAvailable: 0 }, /minAvailable is 0: all pods may be evicted at once/],
    [{ minAvailable: '0%' }, /minAvailable is 0%: all pods may be evicted at once/],
    [{ maxUnavailable: 2 }, /maxUnavailable is 2 of 2 replicas: all pods may be evicted at once/],
    [{ maxUnavailable: '51%' }, /maxUnavailable is 51% of 2 replicas: all pods may be evicted at once/],
  ]
  for (const [podDisruptionBudget, wanted] of useless) {
    test(`${JSON.stringify(podDisruptionBudget)} protects nothing, and is refused`, async () => {
      assert.match(await refusal({ podDisruptionBudget }), wanted)
    })
  }

  test('a percentage is passed on', async () => {
    const { spec } = ofKind(await renderChart({ podDisruptionBudget: { maxUnavailable: '10%' } }), name)
    assert.equal(spec['maxUnavailable'], '10%')
  })

  test('both at once are refused', async () => {
    const message = await refusal({
      replicaCount: 3,
      podDisruptionBudget: { maxUnavailable: 1, minAvailable: 2 },
    })
    assert.match(message, /podDisruptionBudget\.minAvailable is 2 and maxUnavailable is 1/)
  })

  for (const maxUnavailable of [0, '0%']) {
    test(`maxUnavailable ${maxUnavailable} blocks every eviction and is refused`, async () => {
      const message = await refusal({ podDisruptionBudget: { maxUnavailable } })
      assert.ok(
        message.includes(
          `podDisruptionBudget.maxUnavailable is ${maxUnavailable}: it would block every eviction`,
        ),
      )
    })
  }

  // Kubernetes rounds up: 67 % of three are three.
  for (const minAvailable of [3, 4, '100%', '67%']) {
    test(`minAvailable ${minAvailable} of 3 blocks every eviction and is refused`, async () => {
      const message = await refusal({ replicaCount: 3, podDisruptionBudget: { minAvailable } })
      assert.ok(
        message.includes(`podDisruptionBudget.minAvailable is ${minAvailable} of 3 replicas: it would block`),
        message,
      )
    })
  }

  test("a minAvailable that an autoscaler's fewest replicas cannot exceed is refused", async () => {
    const message = await refusal({
      replicaCount: 9,
      autoscaling: { enabled: true, minReplicas: 3 },
      podDisruptionBudget: { minAvailable: 3 },
    })
    assert.match(message, /podDisruptionBudget\.minAvailable is 3 of 3 replicas/)
  })

  test('the largest minAvailable that leaves room is accepted', async () => {
    assert.equal(await hasBudget({ replicaCount: 3, podDisruptionBudget: { minAvailable: '66%' } }), true)
    assert.equal(await hasBudget({ replicaCount: 3, podDisruptionBudget: { minAvailable: 2 } }), true)
  })
})
