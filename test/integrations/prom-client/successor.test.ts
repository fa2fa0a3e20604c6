import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AggregatorRegistry, Gauge, type OpenMetricsContentType, Registry } from '@prometheus-io/client'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { fetchPage, options, samplesOf, start } from './setup.ts'
import { needs } from '../../helpers/needs.ts'
import { lintMetrics } from './promtool.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { manualHost } from '../manual-host.ts'

/** Names and labels of a page's samples. */
const seriesOf = (page: string): readonly string[] => Object.keys(samplesOf(page))

test('@prometheus-io/client serves the same page as prom-client, through a whole shutdown (trap 60)', async (t) => {
  const { host, lifecycle, register: predecessor, gate, client } = await start(t)
  const register = new Registry()
  new Gauge({ name: 'orders_open', help: 'Orders that are open.', registers: [register] }).set(3)
  collectMetrics(lifecycle, { register, path: '/successor' })
  const page = async (): Promise<string> =>
    (await fetchPage(lifecycle.probeAddress?.port ?? 0, '/successor')).body
  client.get()
  await gate.entered
  assert.equal(samplesOf(await page())['lastcall_requests_in_flight{server="main",kind="request"}'], 1)
  const stopped = lifecycle.shutdown()
  assert.deepEqual(
    seriesOf(await page()).filter((name) => name !== 'orders_open'),
    seriesOf(await predecessor.metrics()),
  )
  assert.equal(samplesOf(await page())['lastcall_state{state="delaying"}'], 1)
  host.elapse(5_000)
  host.elapse(15_000)
  await stopped
  assert.equal(samplesOf(await register.metrics())['lastcall_forced_closes_total{kind="request"}'], 1)
})

test('promtool accepts the page of @prometheus-io/client', needs('promtool'), async (t) => {
  const { lifecycle } = await start(t)
  const register = new Registry()
  collectMetrics(lifecycle, { register, path: false })
  void lifecycle.shutdown()
  assert.equal(lintMetrics(await register.metrics()), '')
})

test('an OpenMetrics registry of @prometheus-io/client gets counters as it wants them, at every scrape', async () => {
  const register = new Registry<OpenMetricsContentType>()
  register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const lifecycle = createLifecycle(options, manualHost())
  const metrics = collectMetrics(lifecycle, { register, path: false })
  for (const page of [await register.metrics(), await register.metrics()]) {
    assert.match(
      page,
      /^# TYPE lastcall_forced_closes counter\nlastcall_forced_closes_total\{kind="request"\} 0$/m,
    )
  }
  metrics[Symbol.dispose]()
  assert.doesNotMatch(await register.metrics(), /lastcall/)
})

test('names that are taken in a registry of @prometheus-io/client are refused', () => {
  const register = new Registry()
  new Gauge({ name: 'lastcall_state', help: 'Somebody else’s.', registers: [register] })
  const lifecycle = createLifecycle(options, manualHost())
  assert.throws(() => collectMetrics(lifecycle, { register }), { code: 'LASTCALL_DUPLICATE_NAME' })
})

test('the JSON of several workers can be made one page by @prometheus-io/client', async () => {
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
