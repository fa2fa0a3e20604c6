import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import type { LogLine } from '../../../src/testing/test-lifecycle.ts'
import { type Answer, httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

interface Hanging {
  readonly log: readonly LogLine[]
  /** The first run, which ends when the test says so. */
  readonly first: PromiseWithResolvers<unknown>
  readonly signals: readonly AbortSignal[]
  get(path: string): Promise<Answer>
}

/** A check whose first run is out of time before it ends; all others do at once what they are given. */
async function hanging(
  t: TestContext,
  later: () => unknown = () => true,
  liveness = false,
): Promise<Hanging> {
  const { lifecycle, log } = makeLifecycle(t, { checkTimeoutMs: 10_000 })
  const first = Promise.withResolvers<unknown>()
  const signals: AbortSignal[] = []
  const check = (signal: AbortSignal): unknown => (signals.push(signal) === 1 ? first.promise : later())
  lifecycle.check('database', check, { timeoutMs: 5, liveness })
  lifecycle.check('cache', () => true)
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  return { log, first, signals, get: (path) => httpGet(port, path) }
}

const sinceWhen = /^\[-\]database failed: no answer since (\d{4}-\d\d-\d\dT[\d:.]+Z) \((\d+) s\)$/m

suite('a check that hangs', () => {
  test('is not started again, however often readiness and liveness are probed', async (t) => {
    const { signals, get } = await hanging(t, undefined, true)
    for (const path of ['/readyz', '/readyz?verbose', '/livez', '/readyz', '/livez?verbose'])
      assert.equal((await get(path)).status, 503)
    await Promise.all(Array.from({ length: 10 }, () => get('/readyz')))
    assert.equal(signals.length, 1)
  })

  test('is answered at once from then on, with the time since when it hangs', async (t) => {
    const before = Date.now()
    const { signals, get } = await hanging(t)
    const first = await get('/readyz?verbose')
    const since = sinceWhen.exec(first.body)?.[1] ?? ''
    // The wall clock of the process may be a millisecond ahead of the one that is never set back.
    assert.ok(Date.parse(since) >= before - 1 && Date.parse(since) <= Date.now() + 1, first.body)
    assert.equal(signals[0]!.aborted, true)
    const began = performance.now()
    const second = await get('/readyz')
    assert.ok(performance.now() - began < 9_000, 'no probe waits for the run')
    assert.equal(sinceWhen.exec(second.body)?.[1], since, 'the beginning of the run, not of the probe')
    assert.match(second.body, /\[\+\]cache ok/)
  })

  for (const [how, settle] of Object.entries({
    'rejects after all': (run: PromiseWithResolvers<unknown>) => run.reject(new Error('ETIMEDOUT')),
    'answers after all': (run: PromiseWithResolvers<unknown>) => run.resolve([]),
  })) {
    test(`and ${how} is started again by the next probe, which counts`, async (t) => {
      const { first, signals, log, get } = await hanging(t)
      assert.equal((await get('/readyz')).status, 503)
      settle(first)
      assert.equal((await get('/readyz')).status, 200)
      assert.equal(signals.length, 2)
      assert.deepEqual(
        log.filter(({ details }) => 'check' in details).map(({ message }) => message),
        ['check fails', 'check passes again'],
      )
    })
  }

  test('keeps its reason to the log when the next run fails', async (t) => {
    const { first, get } = await hanging(t, () =>
      Promise.reject(new Error('password of shop@10.0.0.7 is wrong')),
    )
    assert.match((await get('/readyz')).body, sinceWhen)
    first.resolve(true)
    assert.match((await get('/readyz')).body, /^\[-\]database failed: reason withheld$/m)
  })
})
