import assert from 'node:assert/strict'

import { chartSuite, refusal, renderDeployment, test } from './helm.ts'
import { containerOf } from './manifest.ts'

const owned = [
  ['PORT', '3000', 'port'],
  ['LASTCALL_PROBE_PORT', '8081', 'probePort'],
  ['LASTCALL_PRE_STOP', '5s', 'lifecycle.preStop.seconds'],
  ['LASTCALL_SHUTDOWN_DELAY', '2s', 'lifecycle.shutdownDelaySeconds'],
  ['LASTCALL_READINESS_FAIL_DELAY', '0s', 'lifecycle.readinessFailDelaySeconds'],
  ['LASTCALL_DRAIN_TIMEOUT', '15s', 'lifecycle.drainTimeoutSeconds'],
  ['LASTCALL_HOOKS_TIMEOUT', '5s', 'lifecycle.hooksTimeoutSeconds'],
  ['LASTCALL_GRACE_PERIOD', '30s', 'lifecycle.terminationGracePeriodSeconds'],
] as const

chartSuite('chart environment', () => {
  for (const [name, value, setting] of owned) {
    test(`${name} in env is refused in favour of ${setting}`, async () => {
      const message = await refusal({ env: [{ name, value: '7s' }] })
      assert.ok(
        message.includes(`env: ${name} comes from the chart and is ${value}; set ${setting} instead`),
        message,
      )
    })
  }

  test('the table above is all that the chart sets, but for POD_NAME', async () => {
    const names = containerOf(await renderDeployment()).env.map(({ name }) => name)
    assert.deepEqual(names, ['POD_NAME', ...owned.map(([name]) => name)])
  })

  test('POD_NAME in env is refused', async () => {
    const message = await refusal({ env: [{ name: 'POD_NAME', value: 'mine' }] })
    assert.match(message, /env: POD_NAME is set to the pod's name by the chart; leave it out/)
  })

  test('a name that is there twice is refused', async () => {
    const message = await refusal({
      env: [
        { name: 'MODE', value: 'a' },
        { name: 'MODE', value: 'b' },
      ],
    })
    assert.match(message, /env: MODE is there twice/)
  })

  test('other variables come after the own ones, other options of lastcall among them', async () => {
    const env = [
      { name: 'LASTCALL_CHECK_TIMEOUT', value: '800ms' },
      { name: 'URL', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
    ]
    const container = containerOf(await renderDeployment({ env }))
    assert.deepEqual(container.env.slice(-2), env)
  })

  test('envFrom is passed on', async () => {
    const envFrom = [{ configMapRef: { name: 'shop' } }]
    assert.deepEqual(containerOf(await renderDeployment({ envFrom }))['envFrom'], envFrom)
  })
})
