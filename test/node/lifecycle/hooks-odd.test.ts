import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hooks } from '../../../src/node/lifecycle/hooks.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'
import { oddThenables, oddValues } from '../../helpers/odd-values.ts'

for (const [what, value] of Object.entries(oddValues)) {
  test(`a hook that throws or rejects with ${what} is reported, and the next one runs`, async (t) => {
    const { lifecycle } = makeLifecycle(t, { probePort: false })
    let ran = 0
    lifecycle.onStop('next', () => ran++)
    lifecycle.onStop('rejects', () => Promise.reject(value as Error))
    lifecycle.onStop('throws', () => {
      throw value
    })
    const report = await lifecycle.shutdown()
    assert.deepEqual(
      report.hooks.map(({ name, outcome }) => [name, outcome]),
      [
        ['throws', 'failed'],
        ['rejects', 'failed'],
        ['next', 'finished'],
      ],
    )
    assert.ok(report.hooks.slice(0, 2).every(({ error }) => typeof error === 'string'))
    assert.equal(ran, 1)
    assert.equal(report.exitCode, 1)
    assert.equal((JSON.parse(JSON.stringify(report)) as { exitCode: number }).exitCode, 1)
  })

  test(`a hook that returns or resolves to ${what} has finished`, async (t) => {
    const { lifecycle } = makeLifecycle(t, { probePort: false })
    // A revoked proxy, or one that throws, cannot be asked whether it is a promise.
    const unreadable = /proxy/.test(what)
    lifecycle.onStop('returns', () => value)
    lifecycle.onStop('wraps', () => Promise.resolve([value]))
    const { hooks } = await lifecycle.shutdown()
    assert.deepEqual(
      hooks.map(({ outcome }) => outcome),
      ['finished', unreadable ? 'failed' : 'finished'],
    )
  })

  test(`shutdown() for ${what} gives a report whose reason is a text`, async (t) => {
    const { lifecycle } = makeLifecycle(t, { probePort: false })
    const { reason } = await lifecycle.shutdown(value as string)
    assert.ok(typeof reason === 'string' && reason !== '')
  })
}

for (const [what, value] of Object.entries(oddThenables)) {
  test(`a hook that returns ${what} has failed`, async () => {
    const hooks = new Hooks()
    hooks.add('odd', () => value, undefined)
    assert.equal(await hooks.run(), 1)
    assert.equal(hooks.results()[0]!.error, 'no')
  })
}

test('hooks that are told to run twice run once, and one function under two names twice', async () => {
  const hooks = new Hooks()
  const ran: string[] = []
  const both = (): void => void ran.push('both')
  hooks.add('first', both, undefined)
  hooks.add('second', both, undefined)
  hooks.add('slow', () => new Promise<void>((resolve) => setImmediate(resolve)), undefined)
  await Promise.all([hooks.run(), hooks.run()])
  assert.deepEqual(ran, ['both', 'both'])
  await hooks.run()
  assert.equal(ran.length, 2)
})

test('a hook that shuts down, and throws the report, is one failed hook', async (t) => {
  const { lifecycle, events } = makeLifecycle(t, { probePort: false })
  lifecycle.onStop('eager', () => {
    void lifecycle.shutdown()
    throw lifecycle.shutdown() as unknown as Error
  })
  const report = await lifecycle.shutdown()
  assert.deepEqual(
    report.hooks.map(({ outcome }) => outcome),
    ['failed'],
  )
  assert.equal(events().filter((name) => name === 'shutdownInitiated').length, 1)
})

test('a listener that throws or rejects with anything changes nothing', async (t) => {
  const { lifecycle, log } = makeLifecycle(t, { probePort: false })
  for (const value of Object.values(oddValues)) {
    lifecycle.on('shutdownInitiated', () => {
      throw value
    })
    // oxlint-disable-next-line typescript/no-misused-promises -- that is what is tested
    lifecycle.on('shutdownInitiated', () => Promise.reject(value as Error))
  }
  assert.equal((await lifecycle.shutdown()).clean, true)
  const failed = log.filter(({ message }) => message === 'lastcall: a listener failed')
  assert.equal(failed.length, Object.keys(oddValues).length * 2)
})
