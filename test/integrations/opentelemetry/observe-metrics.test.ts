import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { metrics } from '@opentelemetry/api'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { observeMetrics } from '../../../src/integrations/opentelemetry/index.ts'
import { metricTable } from '../../../src/node/lifecycle/metric-table.ts'
import { makeLifecycle, openPort } from '../../helpers/lifecycle.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { Gate } from '../../node/drain/setup.ts'

/** A reader that collects when the test asks. */
class AskedReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

type Collected = Readonly<Record<string, number>>

function sdk(t: TestContext) {
  const reader = new AskedReader()
  const provider = new MeterProvider({ readers: [reader] })
  t.after(() => provider.shutdown())
  const collect = async () => {
    const { resourceMetrics, errors } = await reader.collect()
    assert.deepEqual(errors, [])
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
  }
  /** Values by name and attributes, as `name{key=value}`. */
  const values = async (): Promise<Collected> =>
    Object.fromEntries(
      (await collect()).flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const pairs = Object.entries(attributes).map(([key, text]) => `${key}=${String(text)}`)
          return [`${descriptor.name}{${pairs.join(',')}}`, Number(value)]
        }),
      ),
    )
  return { meter: provider.getMeter('lastcall'), collect, values }
}

test('the SDK collects what is in flight, the state and the times, from ready to stopped', async (t) => {
  const { meter, values } = sdk(t)
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  const gate = new Gate()
  const server = createServer((_, response) => void gate.pass().then(() => response.end('done')))
  t.after(() => server.close())
  const port = await openPort(lifecycle.serve(server))
  await lifecycle.start()
  observeMetrics(lifecycle, { meter })
  const idle = await values()
  assert.equal(idle['http.server.active_requests{url.scheme=http}'], 0)
  assert.equal(idle['lastcall.state{state=ready}'], 1)
  assert.equal(idle['lastcall.state{state=delaying}'], 0)
  assert.equal(idle['lastcall.shutdown_started_timestamp{}'], undefined)

  const client = await RawClient.connect(port)
  t.after(() => client.close())
  client.get()
  await gate.entered
  const busy = await values()
  assert.equal(busy['http.server.active_requests{url.scheme=http}'], 1)
  assert.equal(busy['lastcall.requests_in_flight{server=main,kind=request}'], 1)
  assert.equal(busy['lastcall.connections{server=main,state=active}'], 1)

  const stopped = lifecycle.shutdown()
  host.clock.advance(2_000)
  const delaying = await values()
  assert.equal(delaying['lastcall.phase_duration{phase=delaying}'], 2)
  assert.equal(Math.round(delaying['lastcall.shutdown_budget_left{}']!), 23)
  host.clock.advance(3_000)
  host.clock.advance(15_000)
  await stopped
  const forced = await values()
  assert.equal(forced['lastcall.forced_closes{kind=request}'], 1)
  assert.equal(forced['lastcall.state{state=stopped}'], 1)
  gate.open()
})

test('servers of one scheme are added up, and raw TCP is no HTTP', async (t) => {
  const { meter, values } = sdk(t)
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  const gates = [new Gate(), new Gate()]
  for (const gate of gates) {
    const server = createServer(() => void gate.pass())
    t.after(() => server.close())
    const client = await RawClient.connect(await openPort(lifecycle.serve(server)))
    t.after(() => client.close())
    client.get()
    await gate.entered
  }
  const raw = createTcpServer((socket) => socket.on('error', () => {}).resume())
  t.after(() => raw.close())
  const accepted = once(raw, 'connection')
  const line = await RawClient.connect(await openPort(lifecycle.serve(raw)))
  t.after(() => line.close())
  const [socket] = await accepted
  const said = once(socket, 'data')
  line.send('hello')
  await said
  observeMetrics(lifecycle, { meter })
  const collected = await values()
  const active = Object.entries(collected).filter(([name]) => name.startsWith('http.'))
  assert.deepEqual(active, [['http.server.active_requests{url.scheme=http}', 2]])
  assert.equal(collected['lastcall.requests_in_flight{server=server-3,kind=upgrade}'], 1)
})

test('kinds and units are such that Prometheus gets the names of lastcall/prom-client', async (t) => {
  const { meter, collect } = sdk(t)
  const { lifecycle } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  await openPort(lifecycle.serve(createServer()))
  await lifecycle.start()
  observeMetrics(lifecycle, { meter })
  void lifecycle.shutdown()
  const translated = (await collect()).map(({ descriptor: { name, unit }, ...metric }) => {
    const counts = metric.dataPointType === DataPointType.SUM && metric.isMonotonic
    return `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}${counts ? '_total' : ''}`
  })
  const wanted = metricTable.map(({ name }) => `lastcall_${name}`)
  // Nobody has connected.
  const present = wanted.filter((name) => name !== 'lastcall_last_new_connection_timestamp_seconds')
  assert.deepEqual(translated.toSorted(), ['http_server_active_requests', ...present].toSorted())
})

test('one collection takes one snapshot, and none once it is disposed of', async (t) => {
  const { meter, collect } = sdk(t)
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  const snapshot = t.mock.method(lifecycle, 'snapshot')
  const observation = observeMetrics(lifecycle, { meter })
  await collect()
  assert.equal(snapshot.mock.callCount(), 1)
  observation[Symbol.dispose]()
  await collect()
  assert.equal(snapshot.mock.callCount(), 1)
})

test('without an SDK the meter of @opentelemetry/api takes the instruments and asks nothing', (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  observeMetrics(lifecycle, { meter: metrics.getMeter('lastcall') })[Symbol.dispose]()
})

test('what is no meter is refused with what it lacks', (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  for (const unusable of [undefined, {}, { meter: { createObservableGauge() {} } }]) {
    assert.throws(() => observeMetrics(lifecycle, unusable as never), {
      code: 'LASTCALL_INVALID_OPTIONS',
      message: /meter: got .* without (createObservableGauge, )?createObservableCounter, /,
    })
  }
})
