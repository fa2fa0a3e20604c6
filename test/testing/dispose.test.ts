import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { TestClock, TestHost } from '../../src/testing/test-host.ts'
import { testLifecycleOn } from '../../src/testing/test-lifecycle.ts'
import { makeServer, openPort } from '../helpers/lifecycle.ts'
import { RawClient } from '../helpers/raw-http.ts'

/** A clock whose drain timer never rings: the deadline that ends what hangs is missing. */
class DeafClock extends TestClock {
  override startTimer(ms: number, callback: () => void): Disposable {
    return ms === 7_000 ? { [Symbol.dispose]: () => {} } : super.startTimer(ms, callback)
  }
}

test('disposing of a lifecycle that does not stop rejects and says what is open, instead of waiting for ever', async (t) => {
  const { lifecycle, [Symbol.asyncDispose]: dispose } = testLifecycleOn(
    Object.assign(new TestHost(), { clock: new DeafClock() }),
    {
      probePort: false,
      drainTimeoutMs: 7_000,
    },
  )
  const server = makeServer(t, () => {})
  const client = await RawClient.connect(await openPort(lifecycle.serve(server)))
  client.get()
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse]
  await lifecycle.start()
  // A clock that runs faster than the real one, so that the test does not take the whole time.
  let now = performance.now()
  const clock = t.mock.method(performance, 'now', () => (now += 1))
  await assert.rejects(async () => dispose(), {
    code: 'LASTCALL_NOT_STOPPED',
    message:
      'The lifecycle of a test did not stop: still draining, with 0 timers, main has 1 in flight and 1 connections after 5000 ms; ' +
      'its events were startupCompleted, shutdownInitiated, readinessFailed, shutdownDelayElapsed, drainDeadlineNeared; end what the test left open',
  })
  clock.mock.restore()
  response.end('done')
  assert.equal((await client.response()).body, 'done')
  await dispose()
})
