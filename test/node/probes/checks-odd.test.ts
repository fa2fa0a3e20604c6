import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpGet } from '../../helpers/http-get.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'
import { oddThenables, oddValues } from '../../helpers/odd-values.ts'

for (const [what, value] of Object.entries({ ...oddValues, ...oddThenables })) {
  test(`a check that throws or rejects with ${what} fails, is logged, and harms no other`, async (t) => {
    const { lifecycle, log } = makeLifecycle(t, { checkTimeoutMs: 10_000 })
    lifecycle.check('throws', () => {
      throw value
    })
    lifecycle.check('rejects', () => Promise.reject(value as Error))
    lifecycle.check('healthy', () => true)
    await lifecycle.start()
    const { status, body } = await httpGet(lifecycle.probeAddress!.port, '/readyz')
    assert.equal(status, 503)
    assert.match(body, /\[-\]throws failed.*\n\[-\]rejects failed.*\n\[\+\]healthy ok\n/)
    assert.equal(log.filter(({ message }) => message === 'check fails').length, 2)
    assert.equal((await httpGet(lifecycle.probeAddress!.port, '/livez')).status, 200)
  })

  test(`an endpoint that throws ${what} is 500, and the next one is served`, async (t) => {
    const { lifecycle } = makeLifecycle(t)
    lifecycle.endpoint('/odd', () => {
      throw value
    })
    await lifecycle.start()
    const { port } = lifecycle.probeAddress!
    assert.equal((await httpGet(port, '/odd')).status, 500)
    assert.equal((await httpGet(port, '/readyz')).status, 200)
  })
}

test('a check that shuts down is answered as of then, and the shutdown comes to its end', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { shutdownDelayMs: 1_000 })
  lifecycle.check('eager', () => void lifecycle.shutdown('a check'))
  await lifecycle.start()
  const { status, headers } = await httpGet(lifecycle.probeAddress!.port, '/readyz')
  assert.deepEqual([status, headers['lastcall-state']], [503, 'delaying'])
  const report = lifecycle.shutdown('later')
  host.clock.advance(1_000)
  assert.equal((await report).reason, 'a check')
})

test('a check that waits for the shutdown it began is ended by its limit, and holds nothing', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { shutdownDelayMs: 1_000, checkTimeoutMs: 5 })
  lifecycle.check('deadlock', () => lifecycle.shutdown())
  await lifecycle.start()
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/readyz')).status, 503)
  host.clock.advance(1_000)
  assert.equal((await lifecycle.shutdown()).clean, true)
})

test('a check that probes its own readiness waits for itself, and is ended by its limit', async (t) => {
  const { lifecycle } = makeLifecycle(t, { checkTimeoutMs: 50 })
  lifecycle.check('recursive', async () => {
    const { status } = await httpGet(lifecycle.probeAddress!.port, '/readyz')
    return status === 200
  })
  await lifecycle.start()
  assert.equal((await httpGet(lifecycle.probeAddress!.port, '/readyz')).status, 503)
})

test('checks that dispose of themselves and add others change the next probe, not this one', async (t) => {
  const { lifecycle } = makeLifecycle(t)
  const self = lifecycle.check('self', () => {
    self[Symbol.dispose]()
    lifecycle.check('added', () => false)
  })
  await lifecycle.start()
  const { port } = lifecycle.probeAddress!
  assert.match((await httpGet(port, '/readyz?verbose')).body, /\n\[\+\]self ok\nreadyz check passed/)
  assert.match((await httpGet(port, '/readyz?verbose')).body, /\n\[-\]added failed.*\nreadyz check failed/)
})
