import assert from 'node:assert/strict'

import { chartSuite, renderDeployment, test } from './helm.ts'
import { containerOf, type Deployment, environmentOf, podOf } from './manifest.ts'

const sleepOf = (deployment: Deployment): number | undefined =>
  containerOf(deployment).lifecycle?.preStop.sleep.seconds

/** What the server is told of the times until its listeners close. */
function waitsOf(deployment: Deployment): readonly (string | undefined)[] {
  const environment = environmentOf(deployment)
  return ['PRE_STOP', 'SHUTDOWN_DELAY', 'READINESS_FAIL_DELAY'].map((name) => environment[`LASTCALL_${name}`])
}

chartSuite('chart preStop by cluster version', () => {
  for (const kubeVersion of ['1.30.0', '1.34.0', '1.30.4-eks-a737599', '1.30.0-gke.1']) {
    test(`${kubeVersion} has the sleep action, and auto uses it`, async () => {
      const deployment = await renderDeployment({}, { kubeVersion })
      assert.equal(sleepOf(deployment), 5)
      assert.deepEqual(waitsOf(deployment), ['5s', '2s', '0s'])
      assert.equal(podOf(deployment).terminationGracePeriodSeconds, 30)
    })
  }

  for (const kubeVersion of ['1.25.0', '1.29.0', '1.29.9-eks-a737599']) {
    test(`${kubeVersion} has none, and the server waits as long itself`, async () => {
      const deployment = await renderDeployment({}, { kubeVersion })
      assert.equal(sleepOf(deployment), undefined)
      assert.deepEqual(waitsOf(deployment), ['0s', '7s', '7s'])
      assert.equal(podOf(deployment).terminationGracePeriodSeconds, 30)
    })
  }

  test('a long delay for a load balancer is not lost on an old cluster', async () => {
    const values = { lifecycle: { preStop: { seconds: 40 } } }
    const deployment = await renderDeployment(values, { kubeVersion: '1.29.0' })
    assert.deepEqual(waitsOf(deployment), ['0s', '42s', '42s'])
  })

  test('times after the signal that are set keep their moments on an old cluster', async () => {
    const values = {
      lifecycle: { preStop: { seconds: 40 }, shutdownDelaySeconds: 3, readinessFailDelaySeconds: 10 },
    }
    const old = await renderDeployment(values, { kubeVersion: '1.29.0' })
    assert.deepEqual(waitsOf(old), ['0s', '43s', '50s'])
    const recent = await renderDeployment(values, { kubeVersion: '1.34.0' })
    assert.deepEqual(waitsOf(recent), ['40s', '3s', '10s'])
    assert.equal(podOf(old).terminationGracePeriodSeconds, podOf(recent).terminationGracePeriodSeconds)
  })

  test('mode none has no hook on a new cluster either', async () => {
    const values = { lifecycle: { preStop: { mode: 'none' } } }
    for (const kubeVersion of ['1.29.0', '1.34.0']) {
      const deployment = await renderDeployment(values, { kubeVersion })
      assert.equal(sleepOf(deployment), undefined, kubeVersion)
      assert.deepEqual(waitsOf(deployment), ['0s', '5s', '5s'], kubeVersion)
    }
  })

  test('a sleep of 0 is no hook, in mode sleep and on an old cluster too', async () => {
    const values = { lifecycle: { preStop: { mode: 'sleep', seconds: 0 } } }
    for (const kubeVersion of ['1.29.0', '1.34.0']) {
      const deployment = await renderDeployment(values, { kubeVersion })
      assert.equal(sleepOf(deployment), undefined, kubeVersion)
      assert.deepEqual(waitsOf(deployment), ['0s', '5s', '5s'], kubeVersion)
    }
  })

  test('without a hook readiness stays green as long as the listeners are open, unless told otherwise', async () => {
    const lifecycle = { preStop: { mode: 'none' }, shutdownDelaySeconds: 12 }
    assert.deepEqual(waitsOf(await renderDeployment({ lifecycle })), ['0s', '12s', '12s'])
    const told = { ...lifecycle, readinessFailDelaySeconds: 0 }
    assert.deepEqual(waitsOf(await renderDeployment({ lifecycle: told })), ['0s', '12s', '0s'])
  })

  test('a cluster older than 1.25 is refused by the chart itself', async () => {
    await assert.rejects(renderDeployment({}, { kubeVersion: '1.24.0' }), /kubeVersion.*1\.25/)
  })
})
