import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createNetServer } from 'node:net'
import { test } from 'node:test'
import { FakeHost } from '../../helpers/fake-host.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'

test('nothing happens before start(): no signal handler, no port, no timer', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t)
  const server = lifecycle.serve(makeServer(t))
  await openPort(server)
  lifecycle.onStop('database', () => {})
  lifecycle.check('database', () => true)
  assert.deepEqual(host.process.signals, [])
  assert.deepEqual(host.clock.timers, [])
  assert.equal(lifecycle.probeAddress, null)
  assert.equal(lifecycle.state, 'starting')
  assert.deepEqual(events(), [])
})

test('start() listens for the signals and opens the probe server', async (t) => {
  const { lifecycle, host } = makeLifecycle(t)
  await lifecycle.start()
  assert.deepEqual(host.process.signals, ['SIGTERM', 'SIGINT'])
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/livez')).status, 200)
})

test('start() listens for the signals that were asked for, each once, and for none when there are none', async (t) => {
  const chosen = makeLifecycle(t, { signals: ['SIGHUP', 'SIGHUP', 'SIGUSR2'], probePort: false })
  await chosen.lifecycle.start()
  assert.deepEqual(chosen.host.process.signals, ['SIGHUP', 'SIGUSR2'])
  const none = makeLifecycle(t, { signals: [], probePort: false })
  await none.lifecycle.start()
  assert.deepEqual(none.host.process.signals, [])
})

test('with probePort false there is no probe server', async (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  assert.equal(lifecycle.probeAddress, null)
  assert.equal(lifecycle.state, 'ready')
})

test('ready without any server, as soon as the probe server is up', async (t) => {
  const { lifecycle } = makeLifecycle(t)
  const starting = lifecycle.start()
  assert.equal(lifecycle.state, 'starting')
  await starting
  assert.equal(lifecycle.state, 'ready')
})

test('ready when the server listens, served before or after its listen()', async (t) => {
  for (const order of ['before', 'after']) {
    const { lifecycle } = makeLifecycle(t, { probePort: false })
    const server = makeServer(t)
    if (order === 'before') lifecycle.serve(server)
    await openPort(server)
    if (order === 'after') lifecycle.serve(server)
    await lifecycle.start()
    assert.equal(lifecycle.state, 'ready', order)
  }
})

test('ready only when every served server listens', async (t) => {
  const { lifecycle } = makeLifecycle(t)
  const [first, second] = [lifecycle.serve(makeServer(t)), lifecycle.serve(makeServer(t))]
  await lifecycle.start()
  assert.equal(lifecycle.state, 'starting')
  await openPort(first)
  assert.equal(lifecycle.state, 'starting')
  await openPort(second)
  assert.equal(lifecycle.state, 'ready')
})

test('ready only when the probe server is up, although the server listens already', async (t) => {
  const { lifecycle } = makeLifecycle(t)
  const server = lifecycle.serve(makeServer(t))
  await openPort(server)
  const starting = lifecycle.start()
  server.emit('listening')
  assert.equal(lifecycle.state, 'starting')
  await starting
  assert.equal(lifecycle.state, 'ready')
})

test('unready() before start() holds it, and startup is told once only', async (t) => {
  const { lifecycle, events } = makeLifecycle(t, { probePort: false })
  lifecycle.unready('cache is cold')
  const server = lifecycle.serve(makeServer(t))
  await openPort(server)
  await lifecycle.start()
  await openPort(lifecycle.serve(makeServer(t)))
  assert.equal(lifecycle.state, 'starting')
  lifecycle.ready()
  assert.equal(lifecycle.state, 'ready')
  assert.deepEqual(events(), ['becameUnready', 'startupCompleted', 'becameReady'])
})

test('ready() in the start does not wait for servers that do not listen yet', async (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  lifecycle.serve(makeServer(t))
  await lifecycle.start()
  assert.equal(lifecycle.state, 'starting')
  lifecycle.ready()
  assert.equal(lifecycle.state, 'ready')
})

test('ready() before start() does not make it ready', async (t) => {
  const { lifecycle, events } = makeLifecycle(t, { probePort: false })
  lifecycle.ready()
  assert.equal(lifecycle.state, 'starting')
  assert.deepEqual(events(), [])
})

test('unready() and ready() switch readiness and nothing else', async (t) => {
  const { lifecycle } = makeLifecycle(t)
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  lifecycle.unready('queue is full')
  assert.match((await httpGet(port, '/readyz')).body, /queue is full/)
  assert.equal((await httpGet(port, '/livez')).status, 200)
  assert.equal((await httpGet(port, '/startupz')).status, 200)
  lifecycle.ready()
  assert.equal((await httpGet(port, '/readyz')).status, 200)
})

test('start() twice is refused, also while the first one is under way', async (t) => {
  const { lifecycle, host } = makeLifecycle(t)
  const first = lifecycle.start()
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_ALREADY_STARTED' })
  await first
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_ALREADY_STARTED' })
  assert.equal(lifecycle.state, 'ready')
  assert.deepEqual(host.process.signals, ['SIGTERM', 'SIGINT'])
})

test('start() after the shutdown, or in the middle of it, is refused and installs nothing', async (t) => {
  const { lifecycle, host } = makeLifecycle(t)
  const work = lifecycle.hold('job')
  const report = lifecycle.shutdown()
  assert.equal(lifecycle.state, 'draining')
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_ALREADY_SHUT_DOWN' })
  work[Symbol.dispose]()
  await report
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_ALREADY_SHUT_DOWN' })
  assert.deepEqual(host.process.signals, [])
})

test('start() after start() and shutdown() says that it is over', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  await report
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_ALREADY_SHUT_DOWN' })
})

test('a probe port in use is refused with its number, the handlers are taken off, and start() can be called again', async (t) => {
  const blocker = createNetServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  const { port } = blocker.address() as { port: number }
  const { lifecycle, host } = makeLifecycle(t, { probePort: port })
  try {
    await assert.rejects(lifecycle.start(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'LASTCALL_PROBE_PORT')
      assert.match(
        error.message,
        new RegExp(`port ${port} of 127\\.0\\.0\\.1: .*EADDRINUSE.*LASTCALL_PROBE_PORT`),
      )
      assert.equal((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE')
      return true
    })
    assert.deepEqual(host.process.signals, [])
    assert.equal(lifecycle.state, 'starting')
  } finally {
    blocker.close()
    await once(blocker, 'close')
  }
  await lifecycle.start()
  assert.equal(lifecycle.state, 'ready')
  assert.equal((await httpGet(port, '/readyz')).status, 200)
})

test('an address that is none of ours is refused', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probeHost: '192.0.2.1' })
  await assert.rejects(lifecycle.start(), { code: 'LASTCALL_PROBE_PORT' })
  assert.deepEqual(host.process.signals, [])
})

test('the default address answers over IPv4', async (t) => {
  const { lifecycle } = makeLifecycle(t, { probeHost: undefined })
  await lifecycle.start()
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/readyz')).status, 200)
})

test('a signal while the probe port is being opened shuts down, is never ready and leaves no port open', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t)
  const starting = lifecycle.start()
  assert.ok(host.process.send('SIGTERM'))
  await starting
  assert.equal(await host.process.exited, 0)
  assert.deepEqual(events(), ['shutdownInitiated', 'hooksFinished'])
  await assert.rejects(httpGet(lifecycle.probeAddress!.port, '/livez'), { code: 'ECONNREFUSED' })
})

test('a conflict between code and environment is logged with both values', (t) => {
  const host = new FakeHost()
  host.process.env = { LASTCALL_SHUTDOWN_DELAY: '7s', LASTCALL_SHUTDOWN_DELY: '7s' }
  const { log } = makeLifecycle(t, { shutdownDelayMs: 3_000 }, host)
  assert.deepEqual(
    log.map(({ level }) => level),
    ['warn', 'warn'],
  )
  assert.deepEqual(log[1]!.details, { option: 'shutdownDelayMs', used: 3_000, ignored: 7_000 })
  assert.match(log[0]!.message, /LASTCALL_SHUTDOWN_DELY/)
})
