import assert from 'node:assert/strict'

import { chartSuite, ofKind, refusal, renderChart, renderDeployment, test, type Values } from './helm.ts'

const config = (value: string, kind = 'ConfigMap'): Values => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: '{{ include "lastcall.fullname" . }}-config' },
  data: { value },
})

async function checksumOf(values: Values): Promise<string | undefined> {
  return (await renderDeployment(values)).spec.template.metadata.annotations?.['checksum/config']
}

chartSuite('chart extra objects', () => {
  test('maps and texts are objects, with their templates filled in', async () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-secret\n'
    const manifests = await renderChart({ extraObjects: [config('{{ .Values.port }}'), text] })
    const map = ofKind(manifests, 'ConfigMap') as unknown as { metadata: object; data: object }
    assert.deepEqual(map.metadata, { name: 'shop-config' })
    assert.deepEqual(map.data, { value: '3000' })
    assert.equal(ofKind(manifests, 'Secret').metadata.name, 'shop-secret')
  })

  test('a change of a ConfigMap or Secret among them is a rollout', async () => {
    for (const kind of ['ConfigMap', 'Secret']) {
      const [one, same, other] = await Promise.all(
        ['a', 'a', 'b'].map((value) => checksumOf({ extraObjects: [config(value, kind)] })),
      )
      assert.match(one ?? '', /^[0-9a-f]{64}$/)
      assert.equal(same, one)
      assert.notEqual(other, one)
    }
  })

  test('a long template stays one, and numbers, lists and keys are what they were', async () => {
    const words = 'word '.repeat(30).trim()
    const object = {
      ...config('{{ printf "%s" "' + words + '" }}'),
      immutable: true,
      list: [1, 'a: {{ .Values.port }}', null],
      metadata: {
        name: 'long',
        labels: { '{{ .Release.Name }}-key': '{{ print "x" | quote }}' },
      },
    }
    const map = ofKind(await renderChart({ extraObjects: [object] }), 'ConfigMap') as unknown as Values
    assert.deepEqual(map, {
      ...object,
      data: { value: words },
      list: [1, 'a: 3000', null],
      metadata: { name: 'long', labels: { 'shop-key': '"x"' } },
    })
  })

  test('every document of a text counts', async () => {
    const text = (value: string): string =>
      ['PersistentVolume', 'ConfigMap']
        .map((kind) => `---\nkind: ${kind}\ndata:\n  value: ${value}\n`)
        .join('')
    const [one, other] = await Promise.all(
      ['a', 'b'].map((value) => checksumOf({ extraObjects: [text(value)] })),
    )
    assert.match(one ?? '', /^[0-9a-f]{64}$/)
    assert.notEqual(other, one)
  })

  test('a change of anything else is none', async () => {
    assert.equal(await checksumOf({ extraObjects: [config('a', 'PersistentVolume')] }), undefined)
    assert.equal(await checksumOf({ extraObjects: [config('a')], configChecksum: false }), undefined)
  })
})

chartSuite('chart common labels and annotations', () => {
  const enabled = true
  const everything: Values = {
    kind: 'StatefulSet',
    autoscaling: { enabled },
    ingress: { enabled, hosts: [{}] },
    httpRoute: { enabled, parentRefs: [{ name: 'a' }] },
    networkPolicy: { enabled },
    metrics: {
      serviceMonitor: { enabled },
      prometheusRule: { enabled },
      dashboard: { enabled },
    },
  }

  test('every object has them, pods included, and no selector', async () => {
    const common = { commonLabels: { team: 'shop' }, commonAnnotations: { owner: 'shop' } }
    const manifests = await renderChart({ ...everything, ...common })
    assert.equal(manifests.length, 14)
    for (const { kind, metadata } of manifests) {
      assert.equal(metadata.labels['team'], 'shop', kind)
      assert.equal(metadata.annotations?.['owner'], 'shop', kind)
      assert.equal(metadata.labels['app.kubernetes.io/instance'], 'shop', kind)
    }
    const { template, selector } = (await renderDeployment(common)).spec
    assert.equal(template.metadata.labels['team'], 'shop')
    assert.equal(template.metadata.annotations?.['owner'], 'shop')
    assert.equal('team' in selector.matchLabels, false)
  })

  test('those of an object win over the common ones', async () => {
    const manifests = await renderChart({
      commonLabels: { team: 'shop', release: 'a' },
      commonAnnotations: { owner: 'shop' },
      podLabels: { team: 'pods' },
      podAnnotations: { owner: 'pods' },
      service: { annotations: { owner: 'service' } },
      metrics: { podMonitor: { enabled, labels: { release: 'prom' } } },
    })
    const { metadata } = ofKind(manifests, 'Deployment').spec['template'] as {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> }
    }
    assert.equal(metadata.labels['team'], 'pods')
    assert.equal(metadata.annotations['owner'], 'pods')
    assert.equal(ofKind(manifests, 'Service').metadata.annotations?.['owner'], 'service')
    assert.equal(ofKind(manifests, 'PodMonitor').metadata.labels['release'], 'prom')
  })

  test('a common label of the selector is refused', async () => {
    const message = await refusal({ commonLabels: { 'app.kubernetes.io/name': 'other' } })
    assert.match(message, /commonLabels: app\.kubernetes\.io\/name belongs to the Deployment's selector/)
  })
})
