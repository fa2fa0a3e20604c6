import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AggregatorRegistry, Counter, Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { manualHost } from '../manual-host.ts'
import { fetchPage, options, samplesOf, start } from './setup.ts'

test('an OpenMetrics registry gets counters as it wants them, at every scrape, and forgets them when asked', async () => {
  const register = new Registry<OpenMetricsContentType>()
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const metrics = collectMetrics(createLifecycle(options, manualHost()), { register, path: false })
  for (const page of [await register.metrics(), await register.metrics()]) {
    assert.match(
      page,
      /^# TYPE lastcall_forced_closes counter\nlastcall_forced_closes_total\{kind="request"\} 0$/m,
    )
  }
  metrics[Symbol.dispose]()
  assert.equal(await register.metrics(), '\n# EOF\n')
})

test('the JSON of several workers can be made one page by prom-client', async () => {
  const pages = await Promise.all(
    [1, 2].map(async () => {
      const register = new Registry()
      collectMetrics(createLifecycle(options, manualHost()), { register, path: false })
      return register.getMetricsAsJSON()
    }),
  )
  const samples = samplesOf(await AggregatorRegistry.aggregate(pages).metrics())
  assert.equal(samples['lastcall_state{state="starting"}'], 2)
})

test('resetMetrics() changes nothing: the numbers are the lifecycle’s', async () => {
  const register = new Registry()
  collectMetrics(createLifecycle(options, manualHost()), { register, path: false })
  register.resetMetrics()
  assert.equal(samplesOf(await register.metrics())['lastcall_state{state="starting"}'], 1)
})

test('one scrape takes one snapshot', async (t) => {
  const register = new Registry()
  const lifecycle = createLifecycle(options, manualHost())
  const snapshot = t.mock.method(lifecycle, 'snapshot')
  collectMetrics(lifecycle, { register, path: false })
  await register.metrics()
  assert.equal(snapshot.mock.callCount(), 1)
  await register.metrics()
  assert.equal(snapshot.mock.callCount(), 2)
})

test('disposing takes away the metrics and the path, and only these', async (t) => {
  const { lifecycle, register, metrics } = await start(t)
  new Counter({ name: 'orders_total', help: 'Orders.', registers: [register] })
  metrics[Symbol.dispose]()
  assert.deepEqual(Object.keys(samplesOf(await register.metrics())), ['orders_total'])
  assert.equal((await fetchPage(lifecycle.probeAddress?.port ?? 0)).status, 404)
  collectMetrics(lifecycle, { register })
})

test('names that are taken are refused all at once, and nothing is registered', async () => {
  const register = new Registry()
  const lifecycle = createLifecycle(options, manualHost())
  for (const name of ['lastcall_state', 'lastcall_connections']) {
    new Gauge({ name, help: 'Somebody else’s.', registers: [register] })
  }
  assert.throws(() => collectMetrics(lifecycle, { register }), {
    code: 'LASTCALL_DUPLICATE_NAME',
    message: /lastcall_connections is in the registry already(.|\n)*lastcall_state is/,
  })
  assert.equal(register.getMetricsAsArray().length, 2)
  // The path is free, and another prefix helps.
  collectMetrics(lifecycle, { register, prefix: 'shop_' })
  assert.throws(() => collectMetrics(lifecycle, { register: new Registry() }), {
    code: 'LASTCALL_DUPLICATE_NAME',
    message: /\/metrics/,
  })
})

test('options that cannot be used are refused together', () => {
  const lifecycle = createLifecycle(options, manualHost())
  const unusable = { register: {}, prefix: '1-', path: 7 }
  assert.throws(() => collectMetrics(lifecycle, unusable as never), {
    code: 'LASTCALL_INVALID_OPTIONS',
    message: /register: it has no metrics, registerMetric(.|\n)*prefix: got '1-'(.|\n)*path: got 7/,
  })
})
