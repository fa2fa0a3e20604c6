import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventNames } from '../../../src/core/event.ts'
import { makeLifecycle } from '../../helpers/lifecycle.ts'

const withoutProbes = { probePort: false } as const

test('on() tells what happened, when, and the state it led to', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { ...withoutProbes, shutdownDelayMs: 5_000 })
  const seen: unknown[] = []
  for (const name of eventNames) {
    lifecycle.on(name, ({ type, at, state }) => seen.push([type, at - began, state]))
  }
  await lifecycle.start()
  const began = host.clock.now()
  const report = lifecycle.shutdown()
  host.clock.advance(5_000)
  await report
  assert.deepEqual(seen, [
    ['shutdownInitiated', 0, 'delaying'],
    ['readinessFailed', 0, 'delaying'],
    ['shutdownDelayElapsed', 5_000, 'draining'],
    ['connectionsDrained', 5_000, 'stopping'],
    ['hooksFinished', 5_000, 'stopped'],
  ])
})

test('on() stops when it is disposed of, and each registration is one of its own', async (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  let calls = 0
  const listener = (): void => void calls++
  const first = lifecycle.on('becameUnready', listener)
  const second = lifecycle.on('becameUnready', listener)
  lifecycle.unready('a')
  assert.equal(calls, 2)
  first[Symbol.dispose]()
  first[Symbol.dispose]()
  lifecycle.unready('b')
  assert.equal(calls, 3)
  second[Symbol.dispose]()
  lifecycle.unready('c')
  assert.equal(calls, 3)
})

test('a listener that throws or rejects is logged and changes nothing', async (t) => {
  const { lifecycle, host, log } = makeLifecycle(t, withoutProbes)
  await lifecycle.start()
  let reached = 0
  lifecycle.on('shutdownInitiated', () => {
    throw new Error('thrown')
  })
  lifecycle.on('shutdownInitiated', (): unknown => Promise.reject(new Error('rejected')))
  lifecycle.on('shutdownInitiated', () => {
    // oxlint-disable-next-line typescript/only-throw-error -- anything can be thrown
    throw undefined
  })
  lifecycle.on('shutdownInitiated', () => reached++)
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal((await report).clean, true)
  assert.equal(reached, 1)
  const errors = log.filter(({ level }) => level === 'error').map(({ details }) => String(details['error']))
  assert.deepEqual(errors.toSorted(), ['rejected', 'thrown', 'undefined'])
})

test('a listener that calls shutdown() itself joins the shutdown, whatever the event', async (t) => {
  for (const name of eventNames) {
    const { lifecycle, host, events } = makeLifecycle(t, withoutProbes)
    lifecycle.on(name, () => void lifecycle.shutdown(`on ${name}`))
    await lifecycle.start()
    lifecycle.unready('x')
    lifecycle.ready()
    const report = lifecycle.shutdown('the test')
    host.clock.advance(0)
    await report
    assert.equal(events().filter((event) => event === 'shutdownInitiated').length, 1, name)
    assert.equal(lifecycle.state, 'stopped')
  }
})

test('a listener that makes things happen is told of them afterwards, in order', async (t) => {
  const { lifecycle, events } = makeLifecycle(t, withoutProbes)
  const states: string[] = []
  lifecycle.on('startupCompleted', () => {
    lifecycle.unready('first')
    lifecycle.ready()
    states.push(lifecycle.state)
  })
  await lifecycle.start()
  assert.deepEqual(states, ['ready'], 'the event is carried out before the next begins')
  assert.deepEqual(events(), ['startupCompleted', 'becameUnready', 'becameReady'])
})

test('listeners may add and remove each other while they are told', async (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const calls: string[] = []
  lifecycle.on('becameUnready', () => {
    calls.push('first')
    removed[Symbol.dispose]()
    lifecycle.on('becameUnready', () => calls.push('added'))
  })
  const removed = lifecycle.on('becameUnready', () => calls.push('removed'))
  lifecycle.unready('x')
  assert.deepEqual(calls, ['first'])
})

test('once() resolves to the next one for what can happen again', async (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  lifecycle.unready('before')
  const next = lifecycle.once('becameUnready')
  lifecycle.unready('a')
  lifecycle.unready('b')
  const event = await next
  assert.equal(event.type === 'becameUnready' && event.reason, 'a')
})

test('once() resolves to the one that was for what happens only once', async (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const early = lifecycle.once('shutdownInitiated')
  await lifecycle.shutdown('deploy')
  const late = await lifecycle.once('shutdownInitiated')
  assert.equal(late, await early)
  assert.equal(late.type === 'shutdownInitiated' && late.reason, 'deploy')
  assert.equal((await lifecycle.once('hooksFinished')).state, 'stopped')
})

test('on() and once() refuse events that never happen, and listeners that cannot be called', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const refused = { code: 'LASTCALL_INVALID_OPTIONS' }
  for (const name of ['ready', 'SIGTERM', '', 'constructor', null, 5]) {
    assert.throws(() => lifecycle.on(name as 'becameReady', () => {}), refused)
    assert.throws(() => lifecycle.once(name as 'becameReady'), refused)
  }
  for (const listener of [undefined, null, 'x', {}]) {
    assert.throws(() => lifecycle.on('becameReady', listener as () => void), refused)
  }
})

test('a logger that throws changes nothing', async (t) => {
  const broken = (): never => {
    throw new Error('disk full')
  }
  const logger = { info: broken, warn: broken, error: broken }
  const { lifecycle, host } = makeLifecycle(t, { ...withoutProbes, logger })
  await lifecycle.start()
  host.process.send('SIGTERM')
  host.clock.advance(0)
  assert.equal(await host.process.exited, 0)
})
