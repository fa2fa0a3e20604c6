import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'

import { parseAllDocuments } from 'yaml'

import {
  chartPath,
  chartSuite,
  image,
  ofKind,
  refusal,
  renderChart,
  renderDeployment,
  runHelm,
  test,
} from './helm.ts'
import type { Manifest } from './manifest.ts'

chartSuite('chart names and labels', () => {
  test('objects of a release are called like the release', async () => {
    const manifests = await renderChart({
      autoscaling: { enabled: true },
      metrics: { podMonitor: { enabled: true } },
    })
    assert.equal(manifests.length, 7)
    for (const { kind, metadata } of manifests) {
      assert.equal(metadata.name, kind === 'Pod' ? 'shop-test' : 'shop', kind)
    }
  })

  test("objects of a release are in the release's namespace", async () => {
    for (const { kind, metadata } of await renderChart({}, { namespace: 'market' })) {
      assert.equal(metadata.namespace, 'market', kind)
    }
  })

  test('a name that YAML 1.1 takes for a boolean or a number stays a text', async () => {
    const { stdout } = await runHelm(
      ['template', 'no', chartPath, '--namespace', '4711', '-f', '-'],
      JSON.stringify({ image }),
    )
    for (const manifest of parseAllDocuments(stdout, { version: '1.1' })) {
      const { metadata } = manifest.toJSON() as Manifest
      assert.deepEqual([metadata.labels?.['app.kubernetes.io/instance'], metadata.namespace], ['no', '4711'])
    }
  })

  test('names can be overridden, and the selector follows', async () => {
    const deployment = await renderDeployment({ fullnameOverride: 'front', nameOverride: 'web' })
    assert.equal(deployment.metadata.name, 'front')
    assert.deepEqual(deployment.spec.selector.matchLabels, {
      'app.kubernetes.io/name': 'web',
      'app.kubernetes.io/instance': 'shop',
    })
  })

  for (const release of ['2nd-shop', 'shop.v2']) {
    test(`a release ${release}, which no Service can be called, is refused before half of it is installed`, async () => {
      const message = await refusal({}, { release })
      assert.ok(message.includes(`${release} cannot be the name of a Service`), message)
      assert.equal((await renderDeployment({ fullnameOverride: 'shop' }, { release })).metadata.name, 'shop')
    })
  }

  test('every object says what it is and who made it', async () => {
    for (const { kind, metadata } of await renderChart()) {
      assert.deepEqual(
        metadata.labels,
        {
          'app.kubernetes.io/name': kind === 'Pod' ? 'shop-test' : 'shop',
          'app.kubernetes.io/instance': 'shop',
          'app.kubernetes.io/managed-by': 'Helm',
          'app.kubernetes.io/version': '1.2.3',
          'helm.sh/chart': 'lastcall-0.1.0',
        },
        kind,
      )
    }
  })

  test('a tag that is no label value is shortened to one', async () => {
    const tag = `v1.${'a'.repeat(59)}.-rest`
    const { metadata } = await renderDeployment({ image: { repository: 'shop', tag } })
    assert.equal(metadata.labels['app.kubernetes.io/version'], `v1.${'a'.repeat(59)}`)
  })

  test('Service and Deployment select the same pods, and the pods carry those labels', async () => {
    const manifests = await renderChart()
    const deployment = await renderDeployment()
    const { matchLabels } = deployment.spec.selector
    assert.deepEqual(ofKind(manifests, 'Service').spec['selector'], matchLabels)
    for (const [name, value] of Object.entries(matchLabels)) {
      assert.equal(deployment.spec.template.metadata.labels[name], value)
    }
  })
})

chartSuite('chart in a parent chart', () => {
  let parent = ''

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'lastcall-parent-'))
    await mkdir(join(parent, 'charts'))
    await cp(chartPath, join(parent, 'charts/lastcall'), { recursive: true })
    const dependencies = ['web', 'api'].map((alias) => ({
      name: 'lastcall',
      version: '0.1.0',
      alias,
      condition: `${alias}.enabled`,
    }))
    const chart = { apiVersion: 'v2', name: 'market', version: '1.0.0', dependencies }
    await writeFile(join(parent, 'Chart.yaml'), JSON.stringify(chart))
  })
  after(() => rm(parent, { recursive: true }))

  test('two aliases live side by side in one release', async () => {
    const values = { global: { region: 'x' }, web: { image, enabled: true }, api: { image, enabled: true } }
    const manifests = await renderChart(values, { chart: parent, release: 'prod' })
    const named = manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata }) => [metadata.name, metadata.labels['app.kubernetes.io/name']] as const)
    assert.deepEqual(
      new Map(named),
      new Map([
        ['prod-api', 'api'],
        ['prod-web', 'web'],
      ]),
    )
  })

  test("a parent's condition leaves one out", async () => {
    const values = { web: { image, enabled: true }, api: { enabled: false } }
    const manifests = await renderChart(values, { chart: parent, release: 'prod' })
    assert.equal(ofKind(manifests, 'Deployment').metadata.name, 'prod-web')
  })
})
