import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Checks } from '../../../src/node/probes/checks.ts'
import type { Check, CheckOptions } from '../../../src/node/types.ts'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

async function startWith(t: TestContext, check: Check, options?: CheckOptions) {
  const made = makeLifecycle(t, { checkTimeoutMs: 10_000 })
  made.lifecycle.check('database', check, options)
  await made.lifecycle.start()
  const { port } = made.lifecycle.probeAddress!
  return { ...made, get: (path: string) => httpGet(port, path) }
}

const passing: Readonly<Record<string, Check>> = {
  nothing: () => {},
  true: () => true,
  'a promise of rows': async () => [],
  null: () => null,
  0: () => 0,
}

for (const [what, check] of Object.entries(passing)) {
  test(`a check that returns ${what} passes`, async (t) => {
    const { get } = await startWith(t, check)
    assert.equal((await get('/readyz')).status, 200)
  })
}

const failing: Readonly<Record<string, readonly [Check, string]>> = {
  'returns false': [() => false, 'returned false'],
  'resolves to false': [async () => false, 'returned false'],
  throws: [
    () => {
      throw new Error('ECONNREFUSED 10.0.0.7')
    },
    'ECONNREFUSED 10.0.0.7',
  ],
  rejects: [() => Promise.reject(new Error('ECONNREFUSED 10.0.0.7')), 'ECONNREFUSED 10.0.0.7'],
  'rejects with nothing': [() => Promise.reject(undefined as unknown as Error), 'undefined'],
  'rejects with what has no text': [() => Promise.reject(Object.create(null) as Error), '{} (object)'],
}

for (const [what, [check, why]] of Object.entries(failing)) {
  test(`a check that ${what} fails readiness, names itself to the prober and the reason to the log only`, async (t) => {
    const { get, log } = await startWith(t, check)
    const { status, body } = await get('/readyz')
    assert.equal(status, 503)
    assert.equal(body, '[+]lifecycle ok: ready\n[-]database failed: reason withheld\nreadyz check failed\n')
    assert.equal(log.at(-1)!.level, 'warn')
    assert.equal(log.at(-1)!.details['error'], why)
  })
}

test('a check that hangs fails after its time, and its signal says so', async (t) => {
  const reasons: unknown[] = []
  const hangs: Check = (signal) => {
    signal.addEventListener('abort', () => reasons.push(signal.reason))
    return new Promise(() => {})
  }
  const { get, log } = await startWith(t, hangs, { timeoutMs: 5 })
  assert.equal((await get('/readyz')).status, 503)
  assert.equal((reasons[0] as { code: string }).code, 'LASTCALL_TIMEOUT')
  assert.equal(log.at(-1)!.details['error'], 'no answer within 5 ms')
})

test('checkTimeoutMs is the limit of a check without one of its own', async (t) => {
  const { lifecycle } = makeLifecycle(t, { checkTimeoutMs: 5 })
  lifecycle.check('hangs', () => new Promise(() => {}))
  await lifecycle.start()
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/readyz')).status, 503)
})

test('liveness asks only the checks that concern it', async (t) => {
  const { lifecycle, get } = await startWith(t, () => false)
  assert.equal((await get('/livez')).status, 200)
  lifecycle.check('event loop', () => false, { liveness: true })
  const { status, body } = await get('/livez')
  assert.equal(status, 503)
  assert.doesNotMatch(body, /database/)
  assert.equal((await get('/startupz')).status, 200)
})

test('probes that come while a check runs wait for the same run', async () => {
  let runs = 0
  let answer = Promise.withResolvers<void>()
  const checks = new Checks(10_000, { info() {}, warn() {}, error() {} })
  checks.add('database', () => (runs++, answer.promise), {})
  const asked = [checks.run('readiness'), checks.run('readiness')]
  answer.resolve()
  for (const results of await Promise.all(asked)) assert.deepEqual(results, [{ name: 'database', ok: true }])
  assert.equal(runs, 1)
  answer = Promise.withResolvers()
  answer.resolve()
  await checks.run('readiness')
  assert.equal(runs, 2)
})

test('only the change of a check is logged, not each probe', async (t) => {
  let ok = true
  const { get, log } = await startWith(t, () => ok)
  const before = log.length
  for (ok of [true, true, false, false, true, true]) await get('/readyz')
  assert.deepEqual(
    log.slice(before).map(({ level, message }) => [level, message]),
    [
      ['warn', 'check fails'],
      ['info', 'check passes again'],
    ],
  )
})

test('a check that was disposed of is asked no more', async (t) => {
  const { lifecycle, get } = await startWith(t, () => true)
  const check = lifecycle.check('cache', () => false)
  assert.equal((await get('/readyz')).status, 503)
  check[Symbol.dispose]()
  assert.equal((await get('/readyz')).status, 200)
})

test('checks do not make a lifecycle ready that is not', async (t) => {
  const { lifecycle, get } = await startWith(t, () => true)
  lifecycle.unready('x')
  assert.equal((await get('/readyz')).status, 503)
})
