import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'
import { RawClient } from '../../helpers/raw-http.ts'

test('a hold that is never released is force-closed by the deadline, counted and named', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, drainTimeoutMs: 1_000 })
  await lifecycle.start()
  const hold = lifecycle.hold('nightly export')
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  host.clock.advance(1_000)
  const { forcedCloses, exitCode, events } = await report
  assert.equal(exitCode, 1)
  assert.deepEqual(forcedCloses.byKind, { work: 1 })
  assert.equal(forcedCloses.details[0]!.server, 'nightly export')
  assert.ok(events.some(({ event }) => event === 'drainTimedOut'))
  hold[Symbol.dispose]()
})

test('a drain that times out over idle connections alone is a clean end', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, drainTimeoutMs: 0 })
  const server = makeServer(t)
  lifecycle.serve(server)
  await lifecycle.start()
  const idle = await RawClient.connect(await openPort(server))
  t.after(() => idle.close())
  idle.get()
  await idle.response()
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  const { events, forcedCloses, exitCode } = await report
  assert.ok(events.some(({ event }) => event === 'drainTimedOut'))
  assert.equal(forcedCloses.total, 0)
  assert.equal(exitCode, 0)
})

test('work that begins after the drain and is force-closed by the exit is not a clean end', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, exitAfter: 'any' })
  lifecycle.onStop('queue', () => void lifecycle.hold('a job that nobody waits for'))
  const report = await lifecycle.shutdown()
  assert.equal(report.forcedCloses.total, 1)
  assert.equal(report.clean, false)
  assert.equal(await host.process.exited, 1)
})
