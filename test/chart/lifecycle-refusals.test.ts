import assert from 'node:assert/strict'

import { chartSuite, refusal, renderChart, test } from './helm.ts'

const nothing = {
  acceptLoss: true,
  preStop: { mode: 'none' },
  shutdownDelaySeconds: 0,
  drainTimeoutSeconds: 0,
  hooksTimeoutSeconds: 0,
  marginSeconds: 0,
}

chartSuite('chart lifecycle refusals', () => {
  test('a grace period below the sum is refused with the sum', async () => {
    const message = await refusal({ lifecycle: { terminationGracePeriodSeconds: 29 } })
    assert.match(message, /lifecycle\.terminationGracePeriodSeconds is 29,/)
    assert.match(
      message,
      /preStop 5 \+ shutdown delay 2 \+ drain timeout 15 \+ hooks timeout 5 \+ margin 3 = 30 s/,
    )
    assert.match(message, /set it to at least 30/)
  })

  test('the sum in the message follows the values', async () => {
    const lifecycle = {
      shutdownDelaySeconds: 8,
      drainTimeoutSeconds: 60,
      marginSeconds: 0,
      terminationGracePeriodSeconds: 30,
    }
    const message = await refusal({ lifecycle })
    assert.match(
      message,
      /preStop 5 \+ shutdown delay 8 \+ drain timeout 60 \+ hooks timeout 5 \+ margin 0 = 78 s/,
    )
  })

  test('the sum on a cluster without sleep is the same, with the wait in the shutdown delay', async () => {
    const message = await refusal(
      { lifecycle: { terminationGracePeriodSeconds: 29 } },
      { kubeVersion: '1.29.0' },
    )
    assert.match(
      message,
      /preStop 0 \+ shutdown delay 7 \+ drain timeout 15 \+ hooks timeout 5 \+ margin 3 = 30 s/,
    )
  })

  for (const preStop of [{ mode: 'none' }, { seconds: 0 }]) {
    test(`${JSON.stringify(preStop)} without a shutdown delay is refused, unless loss is accepted`, async () => {
      const lifecycle = { preStop, shutdownDelaySeconds: 0 }
      const message = await refusal({ lifecycle })
      assert.match(
        message,
        /neither a preStop hook nor a shutdown delay, so the listeners close while clients/,
      )
      assert.match(message, /set shutdownDelaySeconds to 5 or more, or .* acceptLoss to true/)
      await renderChart({ lifecycle: { ...lifecycle, acceptLoss: true } })
    })
  }

  test('a grace period of 0 that is written down is compared like any other', async () => {
    const message = await refusal({ lifecycle: { terminationGracePeriodSeconds: 0 } })
    assert.match(message, /lifecycle\.terminationGracePeriodSeconds is 0, and .* = 30 s/)
  })

  test('mode sleep on a cluster without the action is refused, and says why', async () => {
    const message = await refusal({ lifecycle: { preStop: { mode: 'sleep' } } }, { kubeVersion: '1.29.3' })
    assert.match(
      message,
      /lifecycle\.preStop\.mode is sleep, and Kubernetes v1\.29\.3 has no sleep action \(1\.30 has\)/,
    )
    assert.match(message, /set it to auto or none/)
  })

  test('a preStop that fills the whole grace period is refused, though the API server would take it', async () => {
    const message = await refusal({ lifecycle: { ...nothing, preStop: { mode: 'sleep', seconds: 30 } } })
    assert.match(
      message,
      /lifecycle\.preStop\.seconds is 30 and the grace period 30 \(preStop 30 \+ .* = 30 s\)/,
    )
    assert.match(message, /2 s apart/)
  })

  test('a grace period of nothing at all is refused', async () => {
    const message = await refusal({ lifecycle: nothing })
    assert.match(
      message,
      /the grace period is 0 \(preStop 0 \+ .* = 0 s\): Kubernetes would kill the pod without a signal/,
    )
  })

  test('all problems come in one message', async () => {
    const message = await refusal(
      {
        image: { repository: '' },
        port: 8081,
        lifecycle: { preStop: { mode: 'sleep' }, terminationGracePeriodSeconds: 3 },
        env: [{ name: 'PORT', value: '80' }],
        progressDeadlineSeconds: 5,
      },
      { kubeVersion: '1.29.0' },
    )
    const refused = [
      /sleep action/,
      /= 30 s/,
      /image\.repository/,
      /image\.tag/,
      /probePort/,
      /env: PORT/,
      /minReadySeconds/,
    ]
    for (const wanted of refused) assert.match(message, wanted)
  })
})
