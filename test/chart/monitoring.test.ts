import assert from 'node:assert/strict'

import { chartSuite, ofKind, renderChart, renderDeployment, test } from './helm.ts'

chartSuite('chart monitoring', () => {
  test('a PodMonitor scrapes the probe port of the pods', async () => {
    const values = {
      metrics: {
        podMonitor: { enabled: true, interval: '3s', scrapeTimeout: '2s', labels: { release: 'prom' } },
      },
    }
    const manifests = await renderChart(values)
    const monitor = ofKind(manifests, 'PodMonitor')
    assert.equal(monitor.apiVersion, 'monitoring.coreos.com/v1')
    assert.equal(monitor.metadata.labels['release'], 'prom')
    assert.deepEqual(monitor.spec['selector'], ofKind(manifests, 'Deployment').spec['selector'])
    assert.deepEqual(monitor.spec['podMetricsEndpoints'], [
      { port: 'probes', path: '/metrics', interval: '3s', scrapeTimeout: '2s' },
    ])
  })

  test('there is none by default, because its kind need not exist', async () => {
    const manifests = await renderChart()
    assert.equal(
      manifests.some(({ kind }) => kind === 'PodMonitor'),
      false,
    )
  })

  test('scrape annotations name the probe port', async () => {
    const deployment = await renderDeployment({ probePort: 9_000, metrics: { scrapeAnnotations: true } })
    assert.deepEqual(deployment.spec.template.metadata.annotations, {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9000',
      'prometheus.io/path': '/metrics',
    })
  })

  test("a pod annotation of the user's wins over a scrape annotation", async () => {
    const deployment = await renderDeployment({
      metrics: { scrapeAnnotations: true },
      podAnnotations: { 'prometheus.io/path': '/all' },
    })
    assert.equal(deployment.spec.template.metadata.annotations?.['prometheus.io/path'], '/all')
  })

  test('there are no annotations by default', async () => {
    assert.equal('annotations' in (await renderDeployment()).spec.template.metadata, false)
  })
})
