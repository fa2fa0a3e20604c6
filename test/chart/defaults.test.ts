import assert from 'node:assert/strict'

import * as defaults from '../../src/core/defaults.ts'
import { formatDuration } from '../../src/core/duration.ts'
import { chartSuite, ofKind, renderChart, renderDeployment, test } from './helm.ts'
import { containerOf, environmentOf, podOf } from './manifest.ts'

chartSuite('chart defaults', () => {
  test('5 + 2 + 15 + 5 + 3 make the 30 seconds that Kubernetes itself defaults to', async () => {
    const deployment = await renderDeployment()
    assert.equal(podOf(deployment).terminationGracePeriodSeconds, 30)
    assert.deepEqual(containerOf(deployment).lifecycle, { preStop: { sleep: { seconds: 5 } } })
    assert.deepEqual(environmentOf(deployment), {
      PORT: '3000',
      LASTCALL_PROBE_PORT: '8081',
      LASTCALL_PRE_STOP: '5s',
      LASTCALL_SHUTDOWN_DELAY: '2s',
      LASTCALL_READINESS_FAIL_DELAY: '0s',
      LASTCALL_DRAIN_TIMEOUT: '15s',
      LASTCALL_HOOKS_TIMEOUT: '5s',
      LASTCALL_GRACE_PERIOD: '30s',
    })
  })

  test("without a preStop hook the numbers are the library's own defaults", async () => {
    const environment = environmentOf(await renderDeployment({ lifecycle: { preStop: { mode: 'none' } } }))
    assert.equal(
      environment['LASTCALL_SHUTDOWN_DELAY'],
      formatDuration(defaults.DEFAULT_SHUTDOWN_DELAY_IN_KUBERNETES_MS),
    )
    assert.equal(environment['LASTCALL_DRAIN_TIMEOUT'], formatDuration(defaults.DEFAULT_DRAIN_TIMEOUT_MS))
    assert.equal(environment['LASTCALL_HOOKS_TIMEOUT'], formatDuration(defaults.DEFAULT_HOOKS_TIMEOUT_MS))
    assert.equal(environment['LASTCALL_PROBE_PORT'], String(defaults.DEFAULT_PROBE_PORT))
  })

  test('a release is a Deployment, a Service, a ServiceAccount, a PodDisruptionBudget and a test', async () => {
    const kinds = (await renderChart()).map((manifest) => manifest.kind).toSorted()
    assert.deepEqual(kinds, ['Deployment', 'Pod', 'PodDisruptionBudget', 'Service', 'ServiceAccount'])
  })

  test('a rollout takes no pod away before its replacement has been ready for 5 seconds', async () => {
    const { spec } = await renderDeployment()
    assert.equal(spec['replicas'], 2)
    assert.deepEqual(spec['strategy'], {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
    })
    assert.equal(spec['minReadySeconds'], 5)
    assert.equal(spec['progressDeadlineSeconds'], 600)
    assert.equal(spec['revisionHistoryLimit'], 3)
  })

  test('minReadySeconds and its like are fields of the Deployment, not of its pods', async () => {
    const pod = podOf(await renderDeployment())
    for (const field of ['minReadySeconds', 'progressDeadlineSeconds', 'revisionHistoryLimit', 'strategy']) {
      assert.equal(field in pod, false, field)
    }
  })

  test('the Service sends to the port by name', async () => {
    const service = ofKind(await renderChart(), 'Service')
    assert.equal(service.spec['type'], 'ClusterIP')
    assert.deepEqual(service.spec['ports'], [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }])
  })

  test('the pod is told its own name', async () => {
    const entry = containerOf(await renderDeployment()).env.find(({ name }) => name === 'POD_NAME')
    assert.deepEqual(entry, { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } })
  })

  test('a Service in the namespace adds nothing to the environment', async () => {
    assert.equal(podOf(await renderDeployment())['enableServiceLinks'], false)
  })

  test('a crash leaves the end of the log, and the report has its default place', async () => {
    const container = containerOf(await renderDeployment())
    assert.equal(container['terminationMessagePolicy'], 'FallbackToLogsOnError')
    assert.equal('terminationMessagePath' in container, false)
  })
})
