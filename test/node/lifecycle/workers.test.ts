import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drainWorkers } from '../../../src/node/lifecycle/cluster-workers.ts'
import { FakeHost } from '../../helpers/fake-host.ts'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** As the chart sets it for every pod, with a server or without. */
function inPod(): FakeHost {
  const host = new FakeHost()
  host.process.env['LASTCALL_SHUTDOWN_DELAY'] = '5s'
  return host
}

test('a worker stops when the shutdown begins, and the drain waits for its promise', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, shutdownDelayMs: 5_000 })
  const stopped = Promise.withResolvers<void>()
  const states: string[] = []
  lifecycle.worker('emails', () => {
    states.push(lifecycle.state)
    return stopped.promise
  })
  await lifecycle.start()
  assert.equal(lifecycle.snapshot().workInFlight, 0)
  const report = lifecycle.shutdown()
  assert.deepEqual(states, ['delaying'])
  assert.equal(lifecycle.snapshot().workInFlight, 1)
  host.clock.advance(5_000)
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  stopped.resolve()
  const { workers, clean } = await report
  assert.equal(clean, true)
  assert.deepEqual(
    workers?.map(({ name, outcome }) => ({ name, outcome })),
    [{ name: 'emails', outcome: 'finished' }],
  )
})

test('a process that serves nothing has no shutdown delay, unless the code sets one', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false }, inPod())
  await lifecycle.start()
  void lifecycle.shutdown()
  assert.ok(host.clock.timers.includes(0))
  assert.ok(!host.clock.timers.includes(5_000))
  const serving = makeLifecycle(t, { probePort: false }, inPod())
  await openPort(serving.lifecycle.serve(makeServer(t)))
  await serving.lifecycle.start()
  void serving.lifecycle.shutdown()
  serving.host.clock.advance(4_999)
  assert.equal(serving.lifecycle.state, 'delaying')
  const asked = makeLifecycle(t, { probePort: false, shutdownDelayMs: 1_000 }, inPod())
  await asked.lifecycle.start()
  void asked.lifecycle.shutdown()
  asked.host.clock.advance(999)
  assert.equal(asked.lifecycle.state, 'delaying')
})

test("a cluster's primary has the delay of its workers", async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false }, inPod())
  drainWorkers(lifecycle)
  lifecycle.ready()
  await lifecycle.start()
  void lifecycle.shutdown()
  host.clock.advance(4_999)
  assert.equal(lifecycle.state, 'delaying')
})

test('work is told when the drain timeout is nearly up, and what is left is named and let go', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, {
    probePort: false,
    drainTimeoutMs: 10_000,
    deadlineNoticeMs: 2_000,
  })
  const given: AbortSignal[] = []
  lifecycle.worker('emails', (signal) => {
    given.push(signal)
    return new Promise(() => {})
  })
  const job = lifecycle.hold('export')
  await lifecycle.start()
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.deepEqual([job.signal, ...given], [lifecycle.deadlineSignal, lifecycle.deadlineSignal])
  host.clock.advance(7_999)
  assert.equal(lifecycle.deadlineSignal.aborted, false)
  host.clock.advance(1)
  assert.equal(lifecycle.deadlineSignal.aborted, true)
  job.release()
  host.clock.advance(2_000)
  const { forcedCloses, exitCode, workers, events } = await report
  assert.deepEqual(forcedCloses.byKind, { work: 1 })
  assert.equal(forcedCloses.details[0]?.server, 'emails')
  assert.equal(workers, undefined)
  assert.equal(exitCode, 1)
  assert.ok(events.some(({ event, ms }) => event === 'drainDeadlineNeared' && ms === 8_000))
})

test('a forced exit tells work as well', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  lifecycle.hold('export')
  await lifecycle.start()
  host.process.send('SIGTERM')
  host.clock.advance(1_500)
  host.process.send('SIGTERM')
  assert.equal(lifecycle.deadlineSignal.aborted, true)
})

for (const [how, stop] of [
  [
    'throws',
    () => {
      throw new Error('no broker')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no broker'))],
] as const) {
  test(`a worker whose stop ${how} does not hold the drain, and makes the exit code 1`, async (t) => {
    const { lifecycle, host, log } = makeLifecycle(t, { probePort: false })
    lifecycle.worker('emails', stop)
    await lifecycle.start()
    const report = lifecycle.shutdown()
    await nextTurn()
    host.clock.advance(0)
    const { exitCode, workers } = await report
    assert.equal(exitCode, 1)
    assert.deepEqual(workers?.[0]?.error, 'no broker')
    assert.ok(log.some(({ level, details }) => level === 'error' && details['worker'] === 'emails'))
  })
}

test('a worker that is stopped in the start is waited for: it may have taken work already', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  const stopped = Promise.withResolvers<void>()
  lifecycle.worker('emails', () => stopped.promise)
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  stopped.resolve()
  assert.equal((await report).clean, true)
})

test('a worker that comes in the shutdown stops at once; one that was taken back does not', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  const stopped: string[] = []
  const early = lifecycle.worker('early', () => stopped.push('early'))
  early[Symbol.dispose]()
  await lifecycle.start()
  const hold = lifecycle.hold('job')
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  lifecycle.worker('late', () => stopped.push('late'))
  assert.deepEqual(stopped, ['late'])
  hold.release()
  assert.equal((await report).clean, true)
})

test('hold() with a promise is released when it settles, and says what it was rejected with', async (t) => {
  const { lifecycle, host, log } = makeLifecycle(t, { probePort: false })
  await lifecycle.start()
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  lifecycle.hold('first', first.promise)
  lifecycle.hold('second', second.promise)
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  first.resolve()
  await nextTurn()
  assert.equal(lifecycle.state, 'draining')
  second.reject(new Error('no disk'))
  const { exitCode, workers } = await report
  assert.equal(exitCode, 1)
  assert.deepEqual(
    [workers?.[0]?.name, workers?.[0]?.outcome, workers?.[0]?.error],
    ['second', 'failed', 'no disk'],
  )
  assert.ok(log.some(({ details }) => details['hold'] === 'second' && details['error'] === 'no disk'))
})

test('what cannot be a worker or a hold is refused, with its name', (t) => {
  const { lifecycle } = makeLifecycle(t)
  const invalid = { code: 'LASTCALL_INVALID_OPTIONS' }
  assert.throws(() => lifecycle.worker('', () => {}), invalid)
  assert.throws(() => lifecycle.worker('emails', null as never), invalid)
  assert.throws(() => lifecycle.hold('job', (() => {}) as never), invalid)
  lifecycle.worker('emails', () => {})
  assert.throws(() => lifecycle.worker('emails', () => {}), { code: 'LASTCALL_DUPLICATE_NAME' })
})
