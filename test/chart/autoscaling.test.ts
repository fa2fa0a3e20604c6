import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, test, type Values } from './helm.ts'
import type { Manifest } from './manifest.ts'

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
