import assert from 'node:assert/strict'

import { chartSuite, installNotes, refusal, renderChart, renderDeployment, test } from './helm.ts'
import { containerOf, environmentOf, podOf } from './manifest.ts'

const worker = { service: { enabled: false } }

chartSuite('chart for a worker', () => {
  test('it has no Service and no port but that of its probes', async () => {
    const manifests = await renderChart(worker)
    assert.deepEqual(manifests.map(({ kind }) => kind).toSorted(), [
      'Deployment',
      'PodDisruptionBudget',
      'ServiceAccount',
    ])
    const container = containerOf(await renderDeployment(worker))
    assert.deepEqual(container['ports'], [{ name: 'probes', containerPort: 8_081, protocol: 'TCP' }])
    assert.equal('PORT' in environmentOf(await renderDeployment(worker)), false)
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      assert.equal((container[probe] as { httpGet: { port: string } }).httpGet.port, 'probes')
    }
  })

  test('it gets its signal at once, because no client has to learn of its end', async () => {
    const deployment = await renderDeployment(worker)
    assert.equal(containerOf(deployment).lifecycle, undefined)
    assert.equal(environmentOf(deployment)['LASTCALL_PRE_STOP'], '0s')
    assert.equal(environmentOf(deployment)['LASTCALL_SHUTDOWN_DELAY'], '0s')
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 23)
  })

  test('it waits where that is asked for, by the hook or by a delay', async () => {
    const hook = await renderDeployment({ ...worker, lifecycle: { preStop: { mode: 'sleep', seconds: 4 } } })
    assert.deepEqual(containerOf(hook).lifecycle, { preStop: { sleep: { seconds: 4 } } })
    assert.equal(podOf(hook).terminationGracePeriodSeconds, 27)
    const delay = await renderDeployment({ ...worker, lifecycle: { shutdownDelaySeconds: 3 } })
    assert.equal(environmentOf(delay)['LASTCALL_SHUTDOWN_DELAY'], '3s')
    assert.equal(podOf(delay).terminationGracePeriodSeconds, 26)
  })

  test('a profile that has nothing but delays is refused, whatever else is set', async () => {
    for (const lifecycle of [{}, { preStop: { mode: 'sleep' } }, { acceptLoss: true }]) {
      const message = await refusal({ ...worker, profile: 'alb-ip', lifecycle })
      assert.match(message, /profile is alb-ip and service\.enabled is false: a worker has no outermost hop/)
    }
  })

  test('a profile for the pods brings its annotations and no delay, because nobody sends requests to it', async () => {
    for (const lifecycle of [{}, { preStop: { mode: 'none' } }]) {
      const deployment = await renderDeployment({ ...worker, profile: 'istio', lifecycle })
      assert.equal(environmentOf(deployment)['LASTCALL_SHUTDOWN_DELAY'], '0s')
      assert.equal(podOf(deployment).terminationGracePeriodSeconds, 23)
    }
  })

  test('a grace period below its sum is refused all the same', async () => {
    const message = await refusal({ ...worker, lifecycle: { terminationGracePeriodSeconds: 22 } })
    assert.match(message, /terminationGracePeriodSeconds is 22, .*set it to at least 23/)
  })

  test('requests from elsewhere are refused', async () => {
    const enabled = true
    const routes = { ingress: { enabled, hosts: [{}] }, httpRoute: { enabled, parentRefs: [{ name: 'a' }] } }
    const message = await refusal({ ...worker, ...routes, extraPorts: [{ name: 'a', port: 1 }] })
    assert.match(message, /service\.enabled is false and extraPorts is set/)
    assert.match(message, /service\.enabled is false and ingress\.enabled true/)
    assert.match(message, /service\.enabled is false and httpRoute\.enabled true/)
  })

  test('the notes name no Service, and warn of nothing that only clients would notice', async () => {
    const notes = await installNotes({ ...worker, minReadySeconds: 0 })
    assert.match(notes, /no Service, probes on 8081/)
    assert.doesNotMatch(notes, /endpointslices|minReadySeconds/)
  })
})
