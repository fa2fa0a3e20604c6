import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'

const inCluster = { shutdownDelayMs: 5_000, drainTimeoutMs: 15_000, hooksTimeoutMs: 3_000 }

test('a shutdown takes its delay, drains, runs the hooks, reports and exits with 0', async (t) => {
  const { lifecycle, host, events, log } = makeLifecycle(t, inCluster)
  const port = await openPort(lifecycle.serve(makeServer(t)))
  let stopped = 0
  lifecycle.onStop('database', () => stopped++)
  await lifecycle.start()
  host.process.send('SIGTERM')
  assert.equal(lifecycle.state, 'delaying')
  host.clock.advance(4_999)
  assert.equal(lifecycle.state, 'delaying')
  assert.equal((await httpGet(port, '/')).status, 200)
  assert.equal(stopped, 0)
  host.clock.advance(1)
  assert.equal(lifecycle.state, 'draining')
  assert.equal(await host.process.exited, 0)
  assert.equal(stopped, 1)
  assert.equal(lifecycle.state, 'stopped')
  assert.deepEqual(events(), [
    'startupCompleted',
    'shutdownInitiated',
    'readinessFailed',
    'shutdownDelayElapsed',
    'connectionsDrained',
    'hooksFinished',
  ])
  const report = await lifecycle.shutdown()
  assert.equal(report.reason, 'SIGTERM')
  assert.equal(report.clean, true)
  assert.equal(report.durationMs, 5_000)
  assert.deepEqual(report.requestsAfterShutdown, { delaying: 1 })
  assert.deepEqual(log.at(-1)!.details['report'], report)
  assert.deepEqual(host.clock.timers, [])
})

test('readiness fails at once, and liveness does not (trap 37)', async (t) => {
  const { lifecycle } = makeLifecycle(t, inCluster)
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  void lifecycle.shutdown()
  assert.deepEqual((await lifecycle.once('readinessFailed')).state, 'delaying')
  const ready = await httpGet(port, '/readyz')
  assert.equal(ready.status, 503)
  assert.equal(ready.headers['lastcall-state'], 'delaying')
  assert.equal((await httpGet(port, '/livez')).status, 200)
})

test('readinessFailDelayMs keeps readiness green, and its clock is not the delay', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { ...inCluster, readinessFailDelayMs: 2_000 })
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  void lifecycle.shutdown()
  host.clock.advance(1_999)
  assert.equal((await httpGet(port, '/readyz')).status, 200)
  host.clock.advance(1)
  assert.equal((await httpGet(port, '/readyz')).status, 503)
  assert.equal(lifecycle.state, 'delaying')
})

test('who was unready does not become ready by the signal', async (t) => {
  const { lifecycle } = makeLifecycle(t, { ...inCluster, readinessFailDelayMs: 2_000 })
  await lifecycle.start()
  lifecycle.unready('overloaded')
  void lifecycle.shutdown()
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/readyz')).status, 503)
})

test('shutdown() is idempotent: one shutdown, the first reason, the same report', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t, inCluster)
  let runs = 0
  lifecycle.onStop('database', () => runs++)
  await lifecycle.start()
  const first = lifecycle.shutdown('deploy')
  const second = lifecycle.shutdown('again')
  host.process.send('SIGTERM')
  host.clock.advance(5_000)
  const third = lifecycle[Symbol.asyncDispose]()
  const reports = await Promise.all([first, second, lifecycle.shutdown()])
  await third
  assert.equal(reports[0].reason, 'deploy')
  assert.equal(new Set(reports).size, 1)
  assert.equal(runs, 1)
  assert.equal(new Set(events()).size, events().length)
  assert.equal(await lifecycle.shutdown('much later'), reports[0])
})

test('the reason may be anything, such as the error of an error handler', async (t) => {
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const reasons: readonly [unknown, string][] = [
    [new Error('out of\n  memory'), 'out of memory'],
    [circular, '[object Object]'],
    [Object.create(null), '{} (object)'],
    [Symbol('s'), 'Symbol(s)'],
    [7n, '7'],
    [undefined, 'shutdown() was called'],
  ]
  for (const [reason, text] of reasons) {
    const { lifecycle } = makeLifecycle(t, { probePort: false })
    assert.equal((await lifecycle.shutdown(reason as string)).reason, text)
  }
})

test('before start() the hooks run without delay and drain, and the exit is left to the process', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t, inCluster)
  let stopped = 0
  lifecycle.onStop('database', () => stopped++)
  const report = await lifecycle.shutdown()
  assert.equal(report.clean, true)
  assert.equal(stopped, 1)
  assert.deepEqual(events(), ['shutdownInitiated', 'hooksFinished'])
  assert.deepEqual(host.process.exits, [])
})

test('await using shuts down', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const disposed = lifecycle[Symbol.asyncDispose]()
  host.clock.advance(0)
  await disposed
  assert.equal(lifecycle.state, 'stopped')
  assert.equal((await lifecycle.shutdown()).reason, 'disposed of')
})

test('a drain that takes too long is force-closed, counted and reported, and exits with 1', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { ...inCluster, shutdownDelayMs: 0 })
  const arrived = Promise.withResolvers<void>()
  const server = lifecycle.serve(makeServer(t, () => arrived.resolve()))
  const port = await openPort(server)
  await lifecycle.start()
  const answer = httpGet(port, '/orders/7?token=secret')
  await arrived.promise
  host.process.send('SIGTERM')
  host.clock.advance(0)
  assert.equal(lifecycle.state, 'draining')
  host.clock.advance(15_000)
  await assert.rejects(answer, { code: 'ECONNRESET' })
  assert.equal(await host.process.exited, 1)
  const report = await lifecycle.shutdown()
  assert.equal(report.clean, false)
  assert.equal(report.forcedCloses.total, 1)
  assert.deepEqual(report.forcedCloses.byKind, { request: 1 })
  const [forced] = report.forcedCloses.details
  assert.equal(forced!.label, 'GET /orders/7')
  assert.equal(forced!.server, 'main')
  assert.deepEqual(
    report.events.map(({ event, ms, inFlight }) => [event, ms, inFlight]),
    [
      ['shutdownInitiated', 0, 1],
      ['readinessFailed', 0, 1],
      ['shutdownDelayElapsed', 0, 1],
      ['drainDeadlineNeared', 12_000, 1],
      ['drainTimedOut', 15_000, 1],
      ['hooksFinished', 15_000, 0],
    ],
  )
})

test('a second signal forces the exit at once, whatever hangs, with the code of that signal', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, inCluster)
  lifecycle.onStop('database', () => new Promise(() => {}))
  await lifecycle.start()
  host.process.send('SIGTERM')
  host.clock.advance(999)
  host.process.send('SIGINT')
  assert.equal(lifecycle.state, 'delaying', 'within a second it is the same key press (trap 28)')
  host.clock.advance(1)
  host.process.send('SIGINT')
  assert.equal(await host.process.exited, 130)
  const report = await lifecycle.shutdown()
  assert.equal(report.exitCode, 130)
  assert.equal(report.clean, false)
  assert.deepEqual(report.hooks, [{ name: 'database', outcome: 'skipped', ms: 0 }])
  assert.deepEqual(host.process.exits, [130])
})

test('the first signal after shutdown() in code asks for the exit and does not force it', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, inCluster)
  await lifecycle.start()
  void lifecycle.shutdown('deploy')
  host.clock.advance(3_000)
  host.process.send('SIGTERM')
  assert.equal(lifecycle.state, 'delaying')
  host.clock.advance(2_000)
  assert.equal(await host.process.exited, 0)
  assert.equal((await lifecycle.shutdown()).reason, 'deploy')
})

for (const [exitAfter, inCode, bySignal] of [
  ['signal', 0, 1],
  ['any', 1, 1],
  ['never', 0, 0],
] as const) {
  test(`exitAfter '${exitAfter}' ends the process as it says`, async (t) => {
    for (const [trigger, exits] of [
      ['code', inCode],
      ['signal', bySignal],
    ] as const) {
      const { lifecycle, host } = makeLifecycle(t, { exitAfter, probePort: false })
      lifecycle.onStop('database', () => Promise.reject(new Error('no')))
      await lifecycle.start()
      if (trigger === 'signal') host.process.send('SIGTERM')
      const report = lifecycle.shutdown()
      host.clock.advance(0)
      assert.equal((await report).exitCode, 1)
      await new Promise((resolve) => setImmediate(resolve))
      assert.deepEqual(host.process.exits, exits ? [1] : [], trigger)
      // Who is not ended hears of the failure all the same, and gets the signals' own action back.
      assert.deepEqual(host.process.suggested, exits ? [] : [1])
      if (!exits) assert.deepEqual(host.process.signals, [])
    }
  })
}
