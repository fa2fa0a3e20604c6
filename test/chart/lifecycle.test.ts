import assert from 'node:assert/strict'

import { parseDuration } from '../../src/core/duration.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { chartSuite, renderDeployment, test, type Values } from './helm.ts'
import { containerOf, type Deployment, environmentOf, podOf } from './manifest.ts'

const sleepOf = (deployment: Deployment): number | undefined =>
  containerOf(deployment).lifecycle?.preStop.sleep.seconds

function secondsOf(deployment: Deployment, name: string): number {
  const ms = parseDuration(environmentOf(deployment)[name] ?? '')
  assert.ok(ms !== undefined, name)
  return ms / 1_000
}

const valueSets: readonly Values[] = [
  {},
  {
    shutdownDelaySeconds: 9,
    readinessFailDelaySeconds: 4,
    drainTimeoutSeconds: 33,
    hooksTimeoutSeconds: 8,
    marginSeconds: 6,
  },
  { preStop: { seconds: 120 }, drainTimeoutSeconds: 3_600 },
  { preStop: { mode: 'none' }, marginSeconds: 0 },
  { preStop: { mode: 'none' }, shutdownDelaySeconds: 0, acceptLoss: true },
  { preStop: { mode: 'sleep', seconds: 1 }, shutdownDelaySeconds: 0 },
  { preStop: { mode: 'sleep', seconds: 0 }, hooksTimeoutSeconds: 0 },
  { terminationGracePeriodSeconds: 30 },
  { terminationGracePeriodSeconds: 300 },
]

chartSuite('chart lifecycle', () => {
  for (const lifecycle of valueSets) {
    test(`pod and server agree on ${JSON.stringify(lifecycle)}`, async () => {
      const deployment = await renderDeployment({ lifecycle })
      const margin = (lifecycle['marginSeconds'] as number | undefined) ?? 3
      const parts = ['PRE_STOP', 'SHUTDOWN_DELAY', 'DRAIN_TIMEOUT', 'HOOKS_TIMEOUT'].map((part) =>
        secondsOf(deployment, `LASTCALL_${part}`),
      )
      const sum = parts.reduce((total, part) => total + part, margin)
      const grace = (lifecycle['terminationGracePeriodSeconds'] as number | undefined) ?? sum
      assert.equal(podOf(deployment).terminationGracePeriodSeconds, grace)
      assert.equal(secondsOf(deployment, 'LASTCALL_GRACE_PERIOD'), grace)
      assert.equal(sleepOf(deployment) ?? 0, secondsOf(deployment, 'LASTCALL_PRE_STOP'))
    })

    test(`the server takes ${JSON.stringify(lifecycle)} without a word`, async () => {
      const environment = environmentOf(await renderDeployment({ lifecycle }))
      assert.deepEqual(resolveOptions({}, environment).notices, [])
    })
  }

  test('every number arrives where it belongs', async () => {
    const deployment = await renderDeployment({
      port: 4_000,
      probePort: 9_000,
      lifecycle: {
        preStop: { mode: 'sleep', seconds: 11 },
        shutdownDelaySeconds: 12,
        readinessFailDelaySeconds: 13,
        drainTimeoutSeconds: 14,
        hooksTimeoutSeconds: 15,
        marginSeconds: 16,
      },
    })
    const { options } = resolveOptions({}, environmentOf(deployment))
    assert.equal(options.preStopMs, 11_000)
    assert.equal(options.shutdownDelayMs, 12_000)
    assert.equal(options.readinessFailDelayMs, 13_000)
    assert.equal(options.drainTimeoutMs, 14_000)
    assert.equal(options.hooksTimeoutMs, 15_000)
    assert.equal(options.gracePeriodMs, 68_000)
    assert.equal(options.probePort, 9_000)
    assert.equal(environmentOf(deployment)['PORT'], '4000')
    assert.deepEqual(containerOf(deployment)['ports'], [
      { name: 'http', containerPort: 4_000, protocol: 'TCP' },
      { name: 'probes', containerPort: 9_000, protocol: 'TCP' },
    ])
  })

  test('zero is a setting, not the absence of one', async () => {
    const deployment = await renderDeployment({
      lifecycle: {
        acceptLoss: true,
        preStop: { seconds: 0 },
        shutdownDelaySeconds: 0,
        readinessFailDelaySeconds: 0,
        drainTimeoutSeconds: 1,
        hooksTimeoutSeconds: 0,
        marginSeconds: 0,
      },
    })
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 1)
    assert.equal(containerOf(deployment).lifecycle, undefined)
    for (const part of ['PRE_STOP', 'SHUTDOWN_DELAY', 'READINESS_FAIL_DELAY', 'HOOKS_TIMEOUT']) {
      assert.equal(environmentOf(deployment)[`LASTCALL_${part}`], '0s', part)
    }
  })

  test('a drain timeout of zero is passed on', async () => {
    const deployment = await renderDeployment({ lifecycle: { drainTimeoutSeconds: 0 } })
    assert.equal(environmentOf(deployment)['LASTCALL_DRAIN_TIMEOUT'], '0s')
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 15)
  })

  test('a longer grace period than needed is kept', async () => {
    const deployment = await renderDeployment({ lifecycle: { terminationGracePeriodSeconds: 31 } })
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 31)
    assert.equal(environmentOf(deployment)['LASTCALL_GRACE_PERIOD'], '31s')
  })
})
