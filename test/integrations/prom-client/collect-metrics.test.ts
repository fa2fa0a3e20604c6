import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { AggregatorRegistry, Counter, Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import type { LifecycleOptions } from '../../../src/core/options.ts'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle.ts'
import { Gate } from '../../node/drain/setup.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { manualHost } from '../manual-host.ts'
import { lintMetrics, missingPromtool } from './promtool.ts'

const options = {
  probePort: 0,
  probeHost: '127.0.0.1',
  terminationLog: false,
  logger: false,
  shutdownDelayMs: 5_000,
} as const satisfies LifecycleOptions

async function start(t: TestContext) {
  const host = manualHost()
  const lifecycle = createLifecycle({ ...options, signals: [] }, host)
  const gate = new Gate()
  const server = createServer((_request, response) => void gate.pass().then(() => response.end('served')))
  lifecycle.serve(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  await lifecycle.start()
  const register = new Registry()
  const metrics = collectMetrics(lifecycle, { register })
  const { port } = server.address() as AddressInfo
  const client = await RawClient.connect(port)
  t.after(async () => {
    client.close()
    const stopped = lifecycle.shutdown()
    host.elapse(Infinity)
    await stopped
  })
  return { host, lifecycle, gate, register, metrics, port, client }
}

async function fetchPage(
  port: number,
  path = '/metrics',
): Promise<{ body: string; type: string; status: number }> {
  const [response] = await once(get({ port, path, host: '127.0.0.1', agent: false }), 'response')
  const type = String(response.headers['content-type'])
  return { body: await text(response), type, status: Number(response.statusCode) }
}

/** Samples of a page by name and labels. */
function samplesOf(page: string): Record<string, number> {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 5_000; !(await condition());) {
    assert.ok(performance.now() < end, 'not within 5 s')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('a scrape tells the state, what is in flight and the connections, from ready to draining', async (t) => {
  const { host, lifecycle, gate, client } = await start(t)
  const port = lifecycle.probeAddress?.port ?? 0
  const scrape = async (): Promise<Record<string, number>> => samplesOf((await fetchPage(port)).body)
  const inFlight = 'lastcall_requests_in_flight{server="main",kind="request"}'
  const idle = await scrape()
  assert.equal(idle['lastcall_state{state="ready"}'], 1)
  assert.equal(idle[inFlight], 0)
  assert.equal(idle['lastcall_connections{server="main",state="idle"}'], 1)
  assert.equal(idle['lastcall_shutdown_started_timestamp_seconds'], undefined)
  assert.equal(idle['lastcall_phase_duration_seconds{phase="draining"}'], 0)

  client.get()
  await gate.entered
  const busy = await scrape()
  assert.equal(busy[inFlight], 1)
  assert.equal(busy['lastcall_connections{server="main",state="active"}'], 1)
  assert.equal(busy['lastcall_connections{server="main",state="idle"}'], 0)

  const stopped = lifecycle.shutdown()
  const delaying = await scrape()
  assert.equal(delaying['lastcall_state{state="delaying"}'], 1)
  assert.equal(delaying['lastcall_state{state="ready"}'], 0)
  const startedAt = delaying['lastcall_shutdown_started_timestamp_seconds'] ?? 0
  assert.ok(Math.abs(startedAt - Date.now() / 1_000) < 60, `in seconds since the epoch, got ${startedAt}`)
  assert.ok((delaying['lastcall_last_new_connection_timestamp_seconds'] ?? Infinity) <= startedAt)

  host.elapse(5_000)
  const draining = await scrape()
  assert.equal(draining['lastcall_state{state="draining"}'], 1)
  assert.equal(draining[inFlight], 1)
  assert.ok((draining['lastcall_phase_duration_seconds{phase="delaying"}'] ?? 0) > 0)

  gate.open()
  await client.response()
  await stopped
})

test('a request that its client gives up is counted down (trap 58)', async (t) => {
  const { gate, register, client } = await start(t)
  client.get()
  await gate.entered
  client.close()
  await until(async () => {
    const samples = samplesOf(await register.metrics())
    return samples['lastcall_requests_in_flight{server="main",kind="request"}'] === 0
  })
  gate.open()
})

test('late requests and forced closes are counted', async (t) => {
  const { host, lifecycle, gate, register, client } = await start(t)
  const stopped = lifecycle.shutdown()
  client.get()
  await gate.entered
  const late = samplesOf(await register.metrics())
  assert.equal(late['lastcall_requests_after_shutdown_total{phase="delaying"}'], 1)
  host.elapse(5_000)
  host.elapse(15_000)
  await stopped
  const cut = samplesOf(await register.metrics())
  assert.equal(cut['lastcall_forced_closes_total{kind="request"}'], 1)
  assert.equal(cut['lastcall_state{state="stopped"}'], 1)
})

test('metrics are served as long as stop hooks run, after the last response (trap 59)', async (t) => {
  const { host, lifecycle } = await start(t)
  const port = lifecycle.probeAddress?.port ?? 0
  let page = ''
  lifecycle.onStop('last', async () => {
    page = (await fetchPage(port)).body
  })
  const stopped = lifecycle.shutdown()
  host.elapse(5_000)
  await stopped
  assert.equal(samplesOf(page)['lastcall_state{state="stopping"}'], 1)
})

test('the whole page is right, and so is the content type', async (t) => {
  const { lifecycle, register } = await start(t)
  new Gauge({ name: 'orders_open', help: 'Orders that are open.', registers: [register] }).set(3)
  const { body, type, status } = await fetchPage(lifecycle.probeAddress?.port ?? 0)
  assert.equal(status, 200)
  assert.equal(type, register.contentType)
  assert.equal(samplesOf(body)['orders_open'], 3)
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`)
  assert.deepEqual(types, [
    'lastcall_requests_in_flight gauge',
    'lastcall_connections gauge',
    'lastcall_state gauge',
    'lastcall_shutdown_started_timestamp_seconds gauge',
    'lastcall_phase_duration_seconds gauge',
    'lastcall_requests_after_shutdown_total counter',
    'lastcall_forced_closes_total counter',
    'lastcall_last_new_connection_timestamp_seconds gauge',
    'orders_open gauge',
  ])
  const perState = Object.entries(samplesOf(body)).filter(([name]) => name.startsWith('lastcall_state{'))
  assert.equal(perState.length, 7)
  assert.equal(
    perState.reduce((sum, [, value]) => sum + value, 0),
    1,
  )
})

test('promtool accepts the page before, in and after a shutdown', { skip: missingPromtool }, async (t) => {
  const { host, lifecycle, register } = await start(t)
  const empty = new Registry()
  const none = collectMetrics(createLifecycle({ ...options, probePort: false }, manualHost()), {
    register: empty,
  })
  assert.equal(lintMetrics(await empty.metrics()), '')
  none[Symbol.dispose]()
  assert.equal(lintMetrics(await register.metrics()), '')
  const stopped = lifecycle.shutdown()
  assert.equal(lintMetrics(await register.metrics()), '')
  host.elapse(5_000)
  await stopped
  assert.equal(lintMetrics(await register.metrics()), '')
})

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
