import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hooks } from '../../../src/node/lifecycle/hooks.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const never = (): Promise<never> => new Promise(() => {})

test('hooks run in reverse order, one after the other', async () => {
  const hooks = new Hooks()
  const order: string[] = []
  for (const name of ['pool', 'cache', 'queue']) {
    hooks.add(
      name,
      async () => {
        order.push(`${name} begins`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`${name} ends`)
      },
      undefined,
    )
  }
  assert.equal(await hooks.run(), 0)
  assert.deepEqual(
    order,
    ['queue', 'cache', 'pool'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  )
})

test('a hook that fails is told with its error, and the others run all the same', async () => {
  const hooks = new Hooks()
  const thrown: readonly unknown[] = [
    new Error('no'),
    undefined,
    null,
    'text',
    Object.create(null),
    new TypeError(''),
  ]
  let ran = 0
  hooks.add('last', () => ran++, undefined)
  for (const [index, value] of thrown.entries()) {
    hooks.add(`throws ${index}`, () => Promise.reject(value), undefined)
    hooks.add(
      `sync ${index}`,
      () => {
        throw value
      },
      undefined,
    )
  }
  assert.equal(await hooks.run(), thrown.length * 2)
  assert.equal(ran, 1)
  const errors = hooks.results().flatMap(({ error }) => error ?? [])
  const expected = ['no', 'undefined', 'null', 'text', '{} (object)', 'TypeError']
  assert.deepEqual(
    errors,
    expected.toReversed().flatMap((text) => [text, text]),
  )
})

test('a hook has its own limit, is told by its signal, and does not hold the next one', async () => {
  const hooks = new Hooks()
  let ran = 0
  let reason: unknown
  hooks.add('next', () => ran++, undefined)
  hooks.add(
    'hangs',
    (signal) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
        throw new Error('an abort listener that throws is harmless')
      })
      return never()
    },
    5,
  )
  assert.equal(await hooks.run(), 1)
  assert.equal(ran, 1)
  assert.equal((reason as { code: string }).code, 'LASTCALL_TIMEOUT')
  const [hangs, next] = hooks.results()
  assert.equal(hangs!.outcome, 'timedOut')
  assert.ok(hangs!.ms >= 4)
  assert.equal(next!.outcome, 'finished')
})

test('a rejection that comes after the limit is nobody’s any more and does not end the process', async () => {
  const hooks = new Hooks()
  const late = Promise.withResolvers<never>()
  hooks.add('late', () => late.promise, 1)
  assert.equal(await hooks.run(), 1)
  late.reject(new Error('too late'))
  await new Promise((resolve) => setImmediate(resolve))
})

test('end() ends the waiting, tells the hook that runs, and lets none begin any more', async () => {
  const hooks = new Hooks()
  let began = 0
  let told = false
  hooks.add('skipped', () => began++, undefined)
  const running = new Promise<void>((resolve) => {
    hooks.add(
      'hangs',
      (signal) => {
        signal.addEventListener('abort', () => (told = true))
        resolve()
        return never()
      },
      undefined,
    )
  })
  const done = hooks.run()
  await running
  const results = hooks.results()
  hooks.end()
  await done
  assert.equal(told, true)
  assert.equal(began, 0)
  assert.deepEqual(
    results.map(({ name, outcome }) => [name, outcome]),
    [
      ['hangs', 'timedOut'],
      ['skipped', 'skipped'],
    ],
  )
})

test('a hook that another hook adds runs next, and one that another disposes of does not', async () => {
  const hooks = new Hooks()
  const order: string[] = []
  const removed = hooks.add('removed', () => order.push('removed'), undefined)
  hooks.add(
    'first',
    () => {
      removed[Symbol.dispose]()
      hooks.add('added', () => order.push('added'), undefined)
    },
    undefined,
  )
  assert.equal(await hooks.run(), 0)
  assert.deepEqual(order, ['added'])
})

test('the limit of all hooks together is the machine’s: hooksTimedOut, exit 1, and the report tells each', async (t) => {
  const { lifecycle, host, events } = makeLifecycle(t, { hooksTimeoutMs: 3_000, probePort: false })
  const late = Promise.withResolvers<void>()
  let skipped = 0
  lifecycle.onStop('skipped', () => skipped++)
  const running = new Promise<void>((resolve) => {
    lifecycle.onStop('hangs', () => {
      resolve()
      return late.promise
    })
  })
  lifecycle.onStop('fails', () => Promise.reject(new Error('no')))
  await lifecycle.start()
  host.process.send('SIGTERM')
  host.clock.advance(0)
  await running
  host.clock.advance(2_999)
  assert.equal(lifecycle.state, 'stopping')
  host.clock.advance(1)
  assert.equal(await host.process.exited, 1)
  assert.equal(events().at(-1), 'hooksTimedOut')
  const report = await lifecycle.shutdown()
  assert.deepEqual(
    report.hooks.map(({ name, outcome, error }) => [name, outcome, error]),
    [
      ['fails', 'failed', 'no'],
      ['hangs', 'timedOut', undefined],
      ['skipped', 'skipped', undefined],
    ],
  )
  late.resolve()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(skipped, 0, 'what the report calls skipped did not run after all')
})

test('a hook that shuts down itself, and waits for nothing, is harmless', async (t) => {
  const { lifecycle } = makeLifecycle(t, { probePort: false })
  lifecycle.onStop('eager', () => void lifecycle.shutdown('from a hook'))
  const report = await lifecycle.shutdown('first')
  assert.equal(report.reason, 'first')
  assert.equal(report.clean, true)
})

test('a hook that waits for the shutdown it is part of is ended by the limit', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false, hooksTimeoutMs: 3_000 })
  const running = new Promise<void>((resolve) => {
    lifecycle.onStop('deadlock', () => {
      resolve()
      return lifecycle.shutdown()
    })
  })
  const report = lifecycle.shutdown()
  await running
  host.clock.advance(3_000)
  assert.equal((await report).exitCode, 1)
})
