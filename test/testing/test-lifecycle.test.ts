import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { test, type TestContext } from 'node:test'
import { createLifecycle } from '../../src/node/lifecycle/create-lifecycle.ts'
import type { Lifecycle } from '../../src/node/types.ts'
import { createTestLifecycle, recordEvents, type TestLifecycle } from '../../src/testing/index.ts'
import type { LifecycleOptions } from '../../src/core/options.ts'
import { makeServer, openPort } from '../helpers/lifecycle.ts'
import { RawClient } from '../helpers/raw-http.ts'
import { httpGet } from '../helpers/http-get.ts'
import { Gate } from '../node/drain/setup.ts'

function make(t: TestContext, options: LifecycleOptions = {}): TestLifecycle {
  const made = createTestLifecycle({ probePort: false, shutdownDelayMs: 5_000, ...options })
  t.after(() => made[Symbol.asyncDispose]())
  return made
}

/** A server with one request that is answered when the gate opens. */
async function busyServer(
  t: TestContext,
  lifecycle: Lifecycle,
): Promise<{ server: Server; gate: Gate; client: RawClient }> {
  const gate = new Gate()
  const server = makeServer(t, (_, response) => void gate.pass().then(() => response.end('done')))
  const client = await RawClient.connect(await openPort(lifecycle.serve(server)))
  t.after(() => client.close())
  client.get()
  await gate.entered
  return { server, gate, client }
}

test('a whole shutdown runs on the manual clock and ends in an exit that is only written down', async (t) => {
  const { lifecycle, clock, recording, exits, exited, send } = make(t)
  lifecycle.serve(makeServer(t))
  await lifecycle.start()
  lifecycle.ready()
  assert.equal(send('SIGHUP'), false)
  assert.equal(send('SIGTERM'), true)
  clock.advance(4_999)
  assert.equal(lifecycle.state, 'delaying')
  assert.deepEqual(exits, [])
  clock.advance(1)
  assert.equal(await exited, 0)
  assert.deepEqual(exits, [0])
  assert.deepEqual(recording.names(), [
    'startupCompleted',
    'shutdownInitiated',
    'readinessFailed',
    'shutdownDelayElapsed',
    'connectionsDrained',
    'hooksFinished',
  ])
})

test('a second signal forces the exit with its code, and the test goes on', async (t) => {
  const { lifecycle, clock, send, exited } = make(t)
  await lifecycle.start()
  send('SIGTERM')
  clock.advance(2_000)
  send('SIGINT')
  assert.equal(await exited, 130)
})

test('an event that is intercepted has not happened until it is released', async (t) => {
  const { lifecycle, interceptEvent, send, clock, recording } = make(t)
  await lifecycle.start()
  const held = interceptEvent('shutdownInitiated')
  send('SIGTERM')
  const event = await held.reached
  assert.equal(event.type, 'shutdownInitiated')
  assert.equal(lifecycle.state, 'ready')
  assert.deepEqual(clock.timers, [])
  assert.deepEqual(recording.names(), ['startupCompleted'])
  held.release()
  assert.equal(lifecycle.state, 'delaying')
  assert.equal(recording.events.at(-1)?.at, event.at)
  held.release()
  assert.equal(recording.names().filter((name) => name === 'shutdownInitiated').length, 1)
})

test('events that come while one is held queue behind it, in order', async (t) => {
  const { lifecycle, interceptEvent, clock, recording } = make(t)
  const { server, gate, client } = await busyServer(t, lifecycle)
  await lifecycle.start()
  const stopped = lifecycle.shutdown()
  const held = interceptEvent('shutdownDelayElapsed')
  clock.advance(5_000)
  await held.reached
  lifecycle.unready('too late')
  assert.equal(lifecycle.state, 'delaying')
  // Nothing is closed yet: new connections are still served.
  gate.open()
  assert.equal((await client.response()).body, 'done')
  assert.equal(server.listening, true)
  held.release()
  assert.equal((await stopped).clean, true)
  assert.equal(recording.names().includes('becameUnready'), false)
})

test('a held drain timeout lets the test look at what will be force-closed', async (t) => {
  const { lifecycle, interceptEvent, clock } = make(t, { shutdownDelayMs: 0, drainTimeoutMs: 1_000 })
  await busyServer(t, lifecycle)
  await lifecycle.start()
  const stopped = lifecycle.shutdown()
  const held = interceptEvent('drainTimedOut')
  clock.advance(1_000)
  await held.reached
  assert.equal(lifecycle.snapshot().servers[0]?.connections.active, 1)
  held[Symbol.dispose]()
  assert.equal((await stopped).forcedCloses.total, 1)
})

test('what means nothing is not held, and an interception is for one event', async (t) => {
  const { lifecycle, interceptEvent, recording } = make(t)
  await lifecycle.start()
  const held = interceptEvent('becameReady')
  lifecycle.ready()
  lifecycle.unready('busy')
  assert.equal(lifecycle.state, 'unready', 'it was ready already, so nothing was held')
  lifecycle.ready()
  await held.reached
  assert.equal(lifecycle.state, 'unready')
  held.release()
  lifecycle.unready('busy again')
  lifecycle.ready()
  assert.equal(lifecycle.state, 'ready')
  assert.equal(recording.names().filter((name) => name === 'becameReady').length, 2)
})

test('an interception that is released before its event holds nothing', async (t) => {
  const { lifecycle, interceptEvent } = make(t)
  await lifecycle.start()
  interceptEvent('becameUnready').release()
  lifecycle.unready('busy')
  assert.equal(lifecycle.state, 'unready')
})

test('an event that there is not cannot be intercepted', (t) => {
  const { interceptEvent } = make(t)
  assert.throws(() => interceptEvent('shutdownStarted' as never), { code: 'LASTCALL_INVALID_OPTIONS' })
})

test('disposing ends a shutdown whose event is held and whose hook hangs', async () => {
  const test = createTestLifecycle({ probePort: false, shutdownDelayMs: 5_000 })
  test.lifecycle.onStop('hanging', () => new Promise(() => {}))
  await test.lifecycle.start()
  test.interceptEvent('shutdownInitiated')
  test.send('SIGTERM')
  assert.equal(test.lifecycle.state, 'ready')
  await test[Symbol.asyncDispose]()
  assert.equal(test.lifecycle.state, 'stopped')
  assert.deepEqual(test.exits, [1])
})

test('the environment of the machine does not reach it, and its probe server is on loopback', async (t) => {
  process.env['LASTCALL_DRAIN_TIMEOUT'] = '7s'
  t.after(() => delete process.env['LASTCALL_DRAIN_TIMEOUT'])
  const made = createTestLifecycle()
  t.after(() => made[Symbol.asyncDispose]())
  assert.equal(made.lifecycle.options.drainTimeoutMs, 15_000)
  await made.lifecycle.start()
  assert.equal(made.lifecycle.probeAddress?.host, '127.0.0.1')
  assert.equal((await httpGet(made.lifecycle.probeAddress?.port ?? 0, '/readyz')).status, 200)
  assert.equal(made.log.at(-1)?.message, 'lastcall: startupCompleted')
})

test('recordEvents() records any lifecycle, until it is disposed of', async (t) => {
  const options = { probePort: false, logger: false, signals: [], shutdownDelayMs: 0 } as const
  const lifecycle = createLifecycle(options)
  t.after(() => lifecycle.shutdown())
  const recording = recordEvents(lifecycle)
  await lifecycle.start()
  lifecycle.unready('busy')
  recording[Symbol.dispose]()
  lifecycle.ready()
  assert.deepEqual(recording.names(), ['startupCompleted', 'becameUnready'])
  assert.equal(recording.events[1]?.state, 'unready')
})

test('a server that was never changed is drained by a lifecycle under test', async (t) => {
  const { lifecycle, clock } = make(t)
  const server = createServer((_, response) => response.end('ok'))
  const port = await openPort(lifecycle.serve(server))
  await lifecycle.start()
  const stopped = lifecycle.shutdown()
  assert.equal((await httpGet(port, '/')).status, 200)
  const closed = once(server, 'close')
  clock.advance(5_000)
  await Promise.all([stopped, closed])
})
