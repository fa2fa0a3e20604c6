import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'
import type { Manifest } from './manifest.ts'

const sidecar = { name: 'proxy', image: 'proxy:1' }

async function renderAutoscaler(autoscaling: Values, values: Values = {}): Promise<Manifest> {
  const manifests = await renderChart({ autoscaling: { enabled: true, ...autoscaling }, ...values })
  return ofKind(manifests, 'HorizontalPodAutoscaler')
}

function resource(name: string, averageUtilization: number): unknown {
  return { type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }
}

chartSuite('chart autoscaling', () => {
  test('the autoscaler owns the number of replicas, and the Deployment names none', async () => {
    const manifests = await renderChart({ autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 7 } })
    const autoscaler = ofKind(manifests, 'HorizontalPodAutoscaler')
    assert.equal(autoscaler.apiVersion, 'autoscaling/v2')
    assert.equal(autoscaler.spec['minReplicas'], 3)
    assert.equal(autoscaler.spec['maxReplicas'], 7)
    assert.deepEqual(autoscaler.spec['scaleTargetRef'], {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'shop',
    })
    assert.equal('replicas' in ofKind(manifests, 'Deployment').spec, false)
  })

  test('pods are taken away only after a while', async () => {
    const { spec } = await renderAutoscaler({})
    assert.deepEqual(spec['behavior'], { scaleDown: { stabilizationWindowSeconds: 300 } })
  })

  test('targets become metrics, and further metrics follow them', async () => {
    const own = { type: 'Pods', pods: { metric: { name: 'lastcall_requests_in_flight' } } }
    const { spec } = await renderAutoscaler({ targetMemoryUtilizationPercentage: 80, metrics: [own] })
    assert.deepEqual(spec['metrics'], [resource('cpu', 70), resource('memory', 80), own])
  })

  test('a target of null is none', async () => {
    const { spec } = await renderAutoscaler({
      targetCPUUtilizationPercentage: null,
      targetMemoryUtilizationPercentage: 50,
    })
    assert.deepEqual(spec['metrics'], [resource('memory', 50)])
  })

  test('fewest above most is refused', async () => {
    const message = await refusal({ autoscaling: { enabled: true, minReplicas: 6, maxReplicas: 5 } })
    assert.match(message, /autoscaling\.minReplicas is 6 and autoscaling\.maxReplicas 5/)
  })

  test('a target without a request to measure it by is refused', async () => {
    const message = await refusal({ autoscaling: { enabled: true }, resources: { requests: { cpu: null } } })
    assert.match(message, /target of 70 % of the cpu request, and resources\.requests\.cpu is not set/)
  })

  test('beside a sidecar the targets are those of the container app, because a sidecar may have no request', async () => {
    const target = { type: 'Utilization', averageUtilization: 70 }
    const wanted = {
      type: 'ContainerResource',
      containerResource: { container: 'app', name: 'cpu', target },
    }
    for (const values of [
      { sidecars: [sidecar] },
      { initContainers: [{ ...sidecar, restartPolicy: 'Always' }] },
    ])
      assert.deepEqual((await renderAutoscaler({}, values)).spec['metrics'], [wanted])
    const { spec } = await renderAutoscaler({}, { initContainers: [sidecar] })
    assert.deepEqual(spec['metrics'], [resource('cpu', 70)])
  })

  test('a metric of your own in percent of a request that a sidecar does not have is refused', async () => {
    const values = {
      autoscaling: { enabled: true, targetCPUUtilizationPercentage: null, metrics: [resource('cpu', 60)] },
    }
    const message = await refusal({ ...values, sidecars: [sidecar] })
    assert.match(
      message,
      /percent of the cpu request, and sidecar proxy has none: .*requests\.cpu, or use type/,
    )
    const requested = { ...sidecar, resources: { requests: { cpu: '10m' } } }
    await renderChart({ ...values, sidecars: [requested] })
    const metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: 1 } } },
    ]
    await renderChart({ autoscaling: { ...values.autoscaling, metrics }, sidecars: [sidecar] })
  })

  test('an autoscaler without a target is refused, because the API server would invent one', async () => {
    const message = await refusal({ autoscaling: { enabled: true, targetCPUUtilizationPercentage: null } })
    assert.match(message, /has no target: the API server would take 80 % of the cpu request; set autoscaling/)
  })

  test('a limit stands in for a request, as in Kubernetes', async () => {
    const resources = { requests: { cpu: null }, limits: { cpu: '1' } }
    assert.deepEqual((await renderAutoscaler({}, { resources })).spec['metrics'], [resource('cpu', 70)])
  })

  test('nothing about it is refused while it is off', async () => {
    const manifests = await renderChart({ autoscaling: { minReplicas: 6, maxReplicas: 5 } })
    assert.equal(
      manifests.some(({ kind }) => kind === 'HorizontalPodAutoscaler'),
      false,
    )
  })
})
