import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Gauge, Registry } from 'prom-client'
import { collectMetrics } from '../../../src/integrations/prom-client/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { manualHost } from '../manual-host.ts'
import { eventually } from '../../helpers/eventually.ts'
import { needs } from '../../helpers/needs.ts'
import { lintMetrics } from './promtool.ts'
import { fetchPage, options, samplesOf, start } from './setup.ts'

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
  await eventually('nothing is in flight', async () => {
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
  const forced = samplesOf(await register.metrics())
  assert.equal(forced['lastcall_forced_closes_total{kind="request"}'], 1)
  assert.equal(forced['lastcall_state{state="stopped"}'], 1)
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
    'lastcall_oldest_in_flight_seconds gauge',
    'lastcall_work_in_flight gauge',
    'lastcall_connections gauge',
    'lastcall_state gauge',
    'lastcall_shutdown_started_timestamp_seconds gauge',
    'lastcall_shutdown_budget_left_seconds gauge',
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

test('promtool accepts the page before, in and after a shutdown', needs('promtool'), async (t) => {
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
