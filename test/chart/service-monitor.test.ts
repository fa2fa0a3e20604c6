import assert from 'node:assert/strict'

import { chartSuite, installNotes, ofKind, refusal, renderChart, test } from './helm.ts'

const serviceMonitor = { enabled: true, interval: '3s', scrapeTimeout: '2s', labels: { release: 'prom' } }

chartSuite('chart ServiceMonitor', () => {
  test('it scrapes the probe port through a Service for it alone, which has pods that are not ready', async () => {
    const manifests = await renderChart({ metrics: { serviceMonitor } })
    const monitor = ofKind(manifests, 'ServiceMonitor')
    assert.equal(monitor.metadata.labels['release'], 'prom')
    const selected = (monitor.spec['selector'] as { matchLabels: Record<string, string> }).matchLabels
    const services = manifests.filter(
      ({ kind, metadata }) =>
        kind === 'Service' &&
        Object.entries(selected).every(([name, value]) => metadata.labels[name] === value),
    )
    assert.deepEqual(
      services.map(({ metadata, spec }) => [metadata.name, spec['publishNotReadyAddresses']]),
      [['shop-metrics', true]],
    )
    assert.deepEqual(services[0]?.spec['ports'], [
      { name: 'probes', port: 8_081, targetPort: 'probes', protocol: 'TCP' },
    ])
  })

  test('its job is that of a PodMonitor, so that alerts and dashboard need not know which it is', async () => {
    const metrics = { serviceMonitor, prometheusRule: { enabled: true } }
    const manifests = await renderChart({ metrics }, { namespace: 'web' })
    assert.deepEqual(ofKind(manifests, 'ServiceMonitor').spec['endpoints'], [
      {
        port: 'probes',
        path: '/metrics',
        interval: '3s',
        scrapeTimeout: '2s',
        relabelings: [{ action: 'replace', targetLabel: 'job', replacement: 'web/shop' }],
      },
    ])
    const rule = JSON.stringify(ofKind(manifests, 'PrometheusRule').spec)
    assert.ok(rule.includes('job=\\"web/shop\\"'))
    // Its own interval, not that of the PodMonitor.
    assert.match(rule, /lastcall_shutdown_budget_left_seconds\{[^}]*\}\[10m\]\) < 3"/)
  })

  test('two monitors would count everything twice', async () => {
    const metrics = { serviceMonitor, podMonitor: { enabled: true } }
    assert.match(await refusal({ metrics }), /scrape the same pods, .*counted twice/)
  })

  test('a scrape that may take longer than the interval is refused', async () => {
    const metrics = { serviceMonitor: { ...serviceMonitor, scrapeTimeout: '4s' } }
    assert.match(await refusal({ metrics }), /metrics\.serviceMonitor\.scrapeTimeout is 4s/)
  })

  test('a name that leaves no room for that of its Service is refused', async () => {
    const long = 'a'.repeat(56)
    const message = await refusal({ metrics: { serviceMonitor }, fullnameOverride: long })
    assert.match(message, /a-metrics is too long for the name of a Service: .* 55 characters/)
    const manifests = await renderChart({ metrics: { serviceMonitor }, fullnameOverride: 'a'.repeat(55) })
    assert.ok(ofKind(manifests, 'ServiceMonitor'))
  })

  test('a network policy that keeps Prometheus out is warned of', async () => {
    const networkPolicy = { enabled: true }
    const values = { metrics: { serviceMonitor }, networkPolicy }
    assert.match(await installNotes(values), /networkPolicy\.probesFrom is empty/)
    const probesFrom = [{ podSelector: {} }]
    const open = await installNotes({ ...values, networkPolicy: { ...networkPolicy, probesFrom } })
    assert.doesNotMatch(open, /probesFrom/)
    assert.doesNotMatch(await installNotes({ networkPolicy }), /probesFrom/)
  })
})
