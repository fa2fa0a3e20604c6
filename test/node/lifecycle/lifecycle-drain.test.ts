import assert from 'node:assert/strict'
import { addAbortListener } from 'node:events'
import { createServer } from 'node:http'
import { createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createNetServer } from 'node:net'
import { test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'
import { RawClient } from '../../helpers/raw-http.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('hold() keeps the drain open until the last hold is disposed of', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const [job, consumer] = [lifecycle.hold('job'), lifecycle.hold('consumer')]
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  job[Symbol.dispose]()
  job[Symbol.dispose]()
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  consumer[Symbol.dispose]()
  assert.equal((await report).clean, true)
})

test('a hold that is taken during the drain keeps it open as well', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const first = lifecycle.hold('job')
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  const second = lifecycle.hold('the next job of the same queue')
  first[Symbol.dispose]()
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  second[Symbol.dispose]()
  assert.equal((await report).clean, true)
})

test('the signal is aborted when the drain starts and not before', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  await lifecycle.start()
  const states: string[] = []
  lifecycle.signal.addEventListener('abort', () => states.push(lifecycle.state))
  const report = lifecycle.shutdown()
  host.clock.advance(4_999)
  assert.equal(lifecycle.signal.aborted, false)
  host.clock.advance(1)
  assert.equal(lifecycle.signal.aborted, true)
  assert.deepEqual(states, ['draining'])
  await report
})

test('the signal is aborted as well when there is no drain', async (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  const aborted = new Promise((resolve) => lifecycle.signal.addEventListener('abort', resolve))
  await lifecycle.shutdown()
  await aborted
})

test('abort listeners that throw or reject are logged and harmless, however they were added', async (t) => {
  const { lifecycle, host, log } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const { signal } = lifecycle
  const broken = (why: string) => () => {
    throw new Error(why)
  }
  let reached = 0
  signal.addEventListener('abort', broken('listener'), { once: true })
  signal.addEventListener('abort', (): unknown => Promise.resolve().then(broken('async listener')))
  signal.addEventListener('abort', { handleEvent: broken('object') })
  signal.onabort = broken('onabort')
  addAbortListener(signal, broken('node:events'))
  signal.addEventListener('abort', () => reached++)
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal((await report).clean, true)
  await nextTurn()
  assert.equal(reached, 1)
  const errors = log.filter(({ level }) => level === 'error').map(({ details }) => String(details['error']))
  const expected = ['listener', 'async listener', 'object', 'onabort', 'node:events']
  assert.deepEqual(errors.toSorted(), expected.toSorted())
})

test('an abort listener that shuts down or takes a hold does not confuse the drain', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const holds: Disposable[] = []
  lifecycle.signal.addEventListener('abort', () => {
    void lifecycle.shutdown('from a listener')
    holds.push(lifecycle.hold('flush'))
  })
  const report = lifecycle.shutdown('first')
  host.clock.advance(0)
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  holds[0]![Symbol.dispose]()
  assert.equal((await report).reason, 'first')
  assert.equal(new Set(events()).size, events().length)
})

test('all servers are drained together, and one that is served in the middle joins them', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  const first = lifecycle.serve(makeServer(t))
  await openPort(first)
  await lifecycle.start()
  const hold = lifecycle.hold('job')
  const report = lifecycle.shutdown()
  const second = lifecycle.serve(makeServer(t))
  await openPort(second)
  assert.ok(first.listening && second.listening)
  host.clock.advance(5_000)
  const third = lifecycle.serve(makeServer(t))
  const closed = [first, second, third].map((server) => new Promise((resolve) => server.on('close', resolve)))
  third.listen(0, '127.0.0.1')
  hold[Symbol.dispose]()
  await Promise.all(closed)
  assert.equal((await report).clean, true)
})

test('a server that is served in the delay asks its clients to go, and counts them as late', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  await lifecycle.start()
  const report = lifecycle.shutdown()
  const client = await RawClient.connect(await openPort(lifecycle.serve(makeServer(t))))
  client.get('/')
  assert.equal((await client.response()).headers['connection'], 'close')
  host.clock.advance(5_000)
  assert.deepEqual((await report).requestsAfterShutdown, { delaying: 1 })
})

const kinds = {
  'node:http': createServer(),
  'node:https': createHttpsServer(),
  'node:http2': createHttp2Server(),
  'node:http2 with TLS': createSecureServer({ allowHTTP1: true }),
  'node:tls': createTlsServer(),
  'node:net': createNetServer(),
}

for (const [kind, server] of Object.entries(kinds)) {
  test(`after the end nothing of ours is left on a server of ${kind}`, async (t) => {
    const { lifecycle, host } = makeLifecycle(t, { probePort: false })
    const listeners = () => server.eventNames().map((name) => [name, server.listenerCount(name)])
    const [before, emit] = [listeners(), server.emit]
    lifecycle.serve(server)
    await openPort(server)
    await lifecycle.start()
    assert.notDeepEqual(listeners(), before)
    const report = lifecycle.shutdown()
    host.clock.advance(0)
    assert.equal((await report).clean, true)
    await nextTurn()
    assert.deepEqual(listeners(), before)
    assert.equal(server.emit, emit)
    assert.equal(server.listening, false)
  })
}

test('snapshot() tells state, phases and late requests, before and after', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  await openPort(lifecycle.serve(makeServer(t), { name: 'api' }))
  await lifecycle.start()
  const before = lifecycle.snapshot()
  assert.equal(before.state, 'ready')
  assert.equal(before.shutdownStartedAt, null)
  assert.deepEqual(before.phasesMs, {})
  assert.deepEqual(before.servers, [
    {
      name: 'api',
      scheme: 'http',
      inFlight: { request: 0, stream: 0, upgrade: 0 },
      oldestInFlightMs: { request: 0, stream: 0, upgrade: 0 },
      connections: { active: 0, idle: 0 },
      lastNewConnectionAt: null,
    },
  ])
  const report = lifecycle.shutdown()
  host.clock.advance(2_000)
  assert.deepEqual(lifecycle.snapshot().phasesMs, { delaying: 2_000 })
  assert.equal(lifecycle.snapshot().shutdownStartedAt, host.clock.now() - 2_000)
  host.clock.advance(3_000)
  await report
  host.clock.advance(60_000)
  assert.deepEqual(lifecycle.snapshot().phasesMs, { delaying: 5_000, draining: 0, stopping: 0 })
})
