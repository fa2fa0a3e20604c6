import assert from 'node:assert/strict'

import { chartSuite, refusal, renderDeployment, test, type Values } from './helm.ts'

interface StrategyCase {
  readonly maxUnavailable: number | string
  readonly maxSurge: number | string
  readonly replicaCount: number
}

const accepted: readonly StrategyCase[] = [
  { maxUnavailable: 0, maxSurge: 1, replicaCount: 1 },
  { maxUnavailable: 0, maxSurge: '25%', replicaCount: 1 },
  { maxUnavailable: 1, maxSurge: 0, replicaCount: 2 },
  { maxUnavailable: '99%', maxSurge: 1, replicaCount: 2 },
  { maxUnavailable: '25%', maxSurge: '50%', replicaCount: 4 },
  // Rounded down to 0, which the controller makes 1 of: one of two.
  { maxUnavailable: '10%', maxSurge: 0, replicaCount: 2 },
  { maxUnavailable: 3, maxSurge: 1, replicaCount: 0 },
]

const refused: readonly StrategyCase[] = [
  { maxUnavailable: 1, maxSurge: 1, replicaCount: 1 },
  { maxUnavailable: 2, maxSurge: 1, replicaCount: 2 },
  { maxUnavailable: 5, maxSurge: 1, replicaCount: 3 },
  { maxUnavailable: '100%', maxSurge: 1, replicaCount: 3 },
  // Rounded down to 0, which the controller makes 1 of: the only one.
  { maxUnavailable: '50%', maxSurge: 0, replicaCount: 1 },
  { maxUnavailable: '50%', maxSurge: '0%', replicaCount: 1 },
]

function valuesOf({ maxUnavailable, maxSurge, replicaCount }: StrategyCase): Values {
  return { replicaCount, strategy: { maxUnavailable, maxSurge } }
}

chartSuite('chart rollout strategy', () => {
  for (const each of accepted) {
    test(`${JSON.stringify(each)} is rendered as it is`, async () => {
      const { spec } = await renderDeployment(valuesOf(each))
      const { maxUnavailable, maxSurge } = each
      assert.deepEqual(spec['strategy'], {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable, maxSurge },
      })
      assert.equal(spec['replicas'], each.replicaCount)
    })
  }

  for (const each of refused) {
    test(`${JSON.stringify(each)} could leave nobody, and is refused`, async () => {
      const message = await refusal(valuesOf(each))
      assert.ok(
        message.includes(`strategy.maxUnavailable is ${each.maxUnavailable} with maxSurge ${each.maxSurge}`),
        message,
      )
      assert.ok(message.includes(`all ${each.replicaCount} of ${each.replicaCount} replicas`), message)
    })
  }

  for (const [maxUnavailable, maxSurge] of [
    [0, 0],
    ['0%', 0],
    [0, '0%'],
  ] as const) {
    test(`maxUnavailable ${maxUnavailable} with maxSurge ${maxSurge} could replace nothing, and is refused`, async () => {
      const message = await refusal({ strategy: { maxUnavailable, maxSurge } })
      assert.ok(
        message.includes(
          `strategy.maxSurge is ${maxSurge} and strategy.maxUnavailable is ${maxUnavailable}: no pod could`,
        ),
        message,
      )
    })
  }

  test('with an autoscaler it is the fewest replicas that count, and replicaCount says nothing', async () => {
    const values = {
      replicaCount: 9,
      strategy: { maxUnavailable: 2 },
      autoscaling: { enabled: true, minReplicas: 2 },
    }
    assert.match(await refusal(values), /all 2 of 2 replicas/)
  })

  test('a rollout that may take all pods is refused without a known number of replicas as well', async () => {
    const message = await refusal({ replicaCount: null, strategy: { maxUnavailable: '100%' } })
    assert.match(message, /strategy\.maxUnavailable is 100%: .*however many/)
  })

  test('a progress deadline that is not longer than minReadySeconds is refused', async () => {
    const message = await refusal({ minReadySeconds: 60, progressDeadlineSeconds: 60 })
    assert.match(
      message,
      /minReadySeconds is 60 and progressDeadlineSeconds 60: .* raise progressDeadlineSeconds/,
    )
    const { spec } = await renderDeployment({ minReadySeconds: 59, progressDeadlineSeconds: 60 })
    assert.equal(spec['minReadySeconds'], 59)
  })

  test('no wait, no history and no replicas are settings', async () => {
    const { spec } = await renderDeployment({ minReadySeconds: 0, revisionHistoryLimit: 0, replicaCount: 0 })
    assert.equal(spec['minReadySeconds'], 0)
    assert.equal(spec['revisionHistoryLimit'], 0)
    assert.equal(spec['replicas'], 0)
  })
})
