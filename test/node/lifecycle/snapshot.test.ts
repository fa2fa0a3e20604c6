import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test, type TestContext } from 'node:test'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

test('snapshot() has the time until SIGKILL, less what the preStop hook took, once a signal came', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, {
    probePort: false,
    preStopMs: 5_000,
    shutdownDelayMs: 2_000,
    gracePeriodMs: 30_000,
  })
  lifecycle.serve(createServer())
  await lifecycle.start()
  lifecycle.ready()
  assert.equal(lifecycle.snapshot().budgetLeftMs, null)
  host.process.send('SIGTERM')
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), 25_000)
  host.clock.advance(1_500)
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), 23_500)
  host.clock.advance(500)
  await lifecycle.shutdown()
  assert.equal(lifecycle.snapshot().budgetLeftMs, null, 'and none when the shutdown is over')
})

test('a signal in a shutdown that was begun in code starts the clock of SIGKILL', async (t) => {
  const options = { probePort: false, shutdownDelayMs: 10_000, gracePeriodMs: 60_000 } as const
  const { lifecycle, host } = makeLifecycle(t, { ...options, drainTimeoutMs: 3_000, hooksTimeoutMs: 1_000 })
  await lifecycle.start()
  lifecycle.ready()
  void lifecycle.shutdown()
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), 14_000, 'delay, drain and hooks')
  host.clock.advance(4_000)
  host.process.send('SIGTERM')
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), 60_000)
})

test('without a grace period the budget is our own last deadline, and an overdue one is below 0', async (t) => {
  const times = { shutdownDelayMs: 1_000, drainTimeoutMs: 2_000, hooksTimeoutMs: 3_000 }
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, ...times })
  await lifecycle.start()
  lifecycle.ready()
  host.process.send('SIGTERM')
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), 6_000)
  lifecycle.on('hooksTimedOut', () => assert.fail('the test turns no clock that far'))
  const overdue = lateClock(t, host.clock, 7_000)
  assert.equal(Math.round(lifecycle.snapshot().budgetLeftMs!), -1_000)
  overdue[Symbol.dispose]()
})

/** A clock that has gone on while the event loop was blocked and no timer ran. */
function lateClock(t: TestContext, clock: { now(): number }, ms: number): Disposable {
  const at = clock.now() + ms
  const mocked = t.mock.method(clock, 'now', () => at)
  return { [Symbol.dispose]: () => mocked.mock.restore() }
}
