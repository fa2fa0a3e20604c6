import assert from 'node:assert/strict'

import { chartSuite, renderDeployment, test } from './helm.ts'
import { containerOf } from './manifest.ts'

const get = (path: string): unknown => ({ path, port: 'probes' })

chartSuite('chart probes', () => {
  test('each probe asks its own endpoint of the probe server over HTTP', async () => {
    const container = containerOf(await renderDeployment())
    assert.deepEqual(container['startupProbe'], {
      httpGet: get('/startupz'),
      periodSeconds: 1,
      timeoutSeconds: 1,
      failureThreshold: 60,
    })
    assert.deepEqual(container['readinessProbe'], {
      httpGet: get('/readyz'),
      periodSeconds: 2,
      timeoutSeconds: 1,
      failureThreshold: 2,
    })
    assert.deepEqual(container['livenessProbe'], {
      httpGet: get('/livez'),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    })
  })

  for (const name of ['startup', 'readiness', 'liveness']) {
    test(`every number of the ${name} probe can be set`, async () => {
      const numbers = { periodSeconds: 7, timeoutSeconds: 6, failureThreshold: 8 }
      const container = containerOf(await renderDeployment({ probes: { [name]: numbers } }))
      const { httpGet, ...rendered } = container[`${name}Probe`] as Record<string, unknown>
      assert.deepEqual(rendered, numbers)
      assert.notEqual(httpGet, undefined)
    })
  }
})
