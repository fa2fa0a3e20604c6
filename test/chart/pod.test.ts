import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, renderDeployment, test } from './helm.ts'
import { containerOf, podOf } from './manifest.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

chartSuite('chart image and command', () => {
  test('an image is named by tag, or by digest where there is one', async () => {
    const byTag = containerOf(await renderDeployment())
    assert.equal(byTag.image, 'shop:1.2.3')
    assert.equal(byTag['imagePullPolicy'], 'IfNotPresent')
    const elsewhere = containerOf(
      await renderDeployment({ image: { repository: 'host.test:5000/team/shop', tag: '1' } }),
    )
    assert.equal(elsewhere.image, 'host.test:5000/team/shop:1')
    const byDigest = containerOf(
      await renderDeployment({ image: { repository: 'team/shop', tag: '1', digest } }),
    )
    assert.equal(byDigest.image, `team/shop@${digest}`)
  })

  test('an image without a name is refused', async () => {
    assert.match(await refusal({ image: { tag: '1' } }), /image\.repository is empty/)
  })

  test('an image with neither tag nor digest is refused', async () => {
    assert.match(await refusal({ image: { repository: 'shop' } }), /image\.tag and image\.digest are empty/)
  })

  test("the image's own command runs unless another is given", async () => {
    const own = containerOf(await renderDeployment())
    assert.equal('command' in own || 'args' in own, false)
    const other = containerOf(await renderDeployment({ command: ['node'], args: ['control.js', '--bare'] }))
    assert.deepEqual(other['command'], ['node'])
    assert.deepEqual(other['args'], ['control.js', '--bare'])
  })

  test('one port for both servers is refused', async () => {
    assert.match(await refusal({ port: 9_000, probePort: 9_000 }), /port and probePort are both 9000/)
  })
})

chartSuite('chart pod placement and extras', () => {
  test('pods are spread over nodes and zones, each revision by itself', async () => {
    const deployment = await renderDeployment()
    const constraint = {
      maxSkew: 1,
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: deployment.spec.selector,
      matchLabelKeys: ['pod-template-hash'],
    }
    assert.deepEqual(podOf(deployment)['topologySpreadConstraints'], [
      { topologyKey: 'kubernetes.io/hostname', ...constraint },
      { topologyKey: 'topology.kubernetes.io/zone', ...constraint },
    ])
  })

  test('a cluster that does not know matchLabelKeys is not given them', async () => {
    const pod = podOf(await renderDeployment({}, { kubeVersion: '1.26.0' }))
    assert.equal(JSON.stringify(pod['topologySpreadConstraints']).includes('matchLabelKeys'), false)
  })

  test('no topology keys, no constraint', async () => {
    const pod = podOf(await renderDeployment({ topologySpread: { topologyKeys: [] } }))
    assert.equal('topologySpreadConstraints' in pod, false)
  })

  test('what Kubernetes calls the same is passed on as it is', async () => {
    const values = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'spot', operator: 'Exists' }],
      affinity: { podAntiAffinity: {} },
      imagePullSecrets: [{ name: 'registry' }],
      priorityClassName: 'high',
      hostAliases: [{ ip: '10.1.2.3', hostnames: ['db.internal'] }],
    }
    const pod = podOf(await renderDeployment(values))
    for (const [field, value] of Object.entries(values)) assert.deepEqual(pod[field], value, field)
  })

  test('volumes and mounts are added to /tmp', async () => {
    const deployment = await renderDeployment({
      extraVolumes: [{ name: 'cache', emptyDir: {} }],
      extraVolumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    })
    assert.deepEqual(podOf(deployment).volumes, [
      { name: 'tmp', emptyDir: {} },
      { name: 'cache', emptyDir: {} },
    ])
    assert.deepEqual(containerOf(deployment)['volumeMounts'], [
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'cache', mountPath: '/cache' },
    ])
  })

  test('resources are set aside, and can be changed one by one', async () => {
    const container = containerOf(await renderDeployment({ resources: { limits: { memory: '1Gi' } } }))
    assert.deepEqual(container['resources'], {
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '1Gi' },
    })
  })

  test('labels and annotations of pods are added to the own ones', async () => {
    const { metadata } = (
      await renderDeployment({ podLabels: { team: 'shop' }, podAnnotations: { owner: 'shop' } })
    ).spec.template
    assert.deepEqual(metadata.labels, {
      'app.kubernetes.io/name': 'shop',
      'app.kubernetes.io/instance': 'shop',
      team: 'shop',
    })
    assert.deepEqual(metadata.annotations, { owner: 'shop' })
  })

  test("a pod label of the Deployment's selector is refused", async () => {
    for (const name of ['app.kubernetes.io/name', 'app.kubernetes.io/instance']) {
      const message = await refusal({ podLabels: { [name]: 'other' } })
      assert.ok(message.includes(`podLabels: ${name} belongs to the Deployment's selector`), message)
    }
  })

  test("a Service's type, ports and annotations can be set", async () => {
    const service = ofKind(
      await renderChart({
        service: { type: 'NodePort', port: 8_080, nodePort: 30_080, annotations: { a: 'b' } },
      }),
      'Service',
    )
    assert.equal(service.spec['type'], 'NodePort')
    assert.deepEqual(service.spec['ports'], [
      { name: 'http', port: 8_080, targetPort: 'http', protocol: 'TCP', nodePort: 30_080 },
    ])
    assert.deepEqual(service.metadata.annotations, { a: 'b' })
  })
})
