import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { within } from '../../helpers/eventually.ts'
import { Gate } from '../../node/drain/setup.ts'
import { prepare } from './setup.ts'

test('app.close() and the signal are one shutdown: hooks run once, and the signal asks for the exit', async (t) => {
  const { app, host, listen } = await prepare(t)
  let hooks = 0
  app.addHook('onClose', async () => void hooks++)
  await listen()
  const closed = app.close()
  host.send('SIGTERM')
  const again = app.close()
  await Promise.all([closed, again])
  const report = await app.lifecycle.shutdown()
  assert.equal(hooks, 1)
  assert.equal(report.reason, 'app.close() was called')
  assert.equal(await host.exited, 0)
})

test('app.close() does not end the process', async (t) => {
  const { app, host, listen } = await prepare(t)
  await listen()
  await app.close()
  assert.equal(app.lifecycle.state, 'stopped')
  assert.deepEqual(host.exits, [])
})

test('a signal closes the app and then ends the process with 0', async (t) => {
  const { app, host, listen } = await prepare(t)
  const order: string[] = []
  app.addHook('onClose', async () => void order.push(`onClose, ${host.exits.length} exits`))
  await listen()
  host.send('SIGTERM')
  const report = await app.lifecycle.shutdown()
  assert.equal(report.reason, 'SIGTERM')
  assert.deepEqual(order, ['onClose, 0 exits'])
  assert.equal(await host.exited, 0)
})

test('app.close(callback) and await using take the same way', async (t) => {
  const { app, listen } = await prepare(t)
  await listen()
  const called = Promise.withResolvers<void>()
  app.close(() => called.resolve())
  await called.promise
  assert.equal(app.lifecycle.state, 'stopped')

  const disposed = await prepare(t)
  await disposed.listen()
  await disposed.app[Symbol.asyncDispose]()
  assert.equal(disposed.app.lifecycle.state, 'stopped')
})

test('app.close() in a stop hook does not wait for itself', async (t) => {
  const { app, listen } = await prepare(t)
  const order: string[] = []
  app.addHook('onClose', async () => void order.push('onClose'))
  await listen()
  app.lifecycle.onStop('mine', async () => {
    await app.close()
    order.push('mine')
  })
  const report = await within(2_000, 'shutdown', app.lifecycle.shutdown())
  assert.equal(report.clean, true)
  assert.deepEqual(order, ['onClose', 'mine'])
})

test('what an onClose hook throws rejects app.close() and makes the report unclean', async (t) => {
  const { app, listen } = await prepare(t)
  app.addHook('onClose', async () => {
    throw new Error('no')
  })
  await listen()
  await assert.rejects(app.close(), /^Error: no$/)
  const report = await app.lifecycle.shutdown()
  assert.equal(report.exitCode, 1)
  assert.deepEqual(
    report.hooks.map(({ name, outcome, error }) => [name, outcome, error]),
    [['fastify', 'failed', 'no']],
  )
})

test('app.close() rejects when the hooks are not through in their time', async (t) => {
  const { app, host, listen } = await prepare(t)
  const gate = new Gate()
  app.addHook('onClose', () => gate.pass())
  await listen()
  const closed = app.close()
  await gate.entered
  host.elapse(5_000)
  await assert.rejects(closed, (error: unknown) => {
    assert.ok(error instanceof LastcallError)
    assert.equal(error.code, 'LASTCALL_TIMEOUT')
    assert.match(error.message, /hooksTimeoutMs \(5000\)/)
    return true
  })
  gate.open()
})

test('onClose hooks run before the stop hooks that were registered before listening, and after those registered since', async (t) => {
  const { app, listen } = await prepare(t)
  const order: string[] = []
  app.addHook('onClose', async () => void order.push('onClose'))
  await app.register(
    async () => void app.lifecycle.onStop('opened at boot', () => order.push('opened at boot')),
  )
  await listen()
  app.lifecycle.onStop('opened later', () => order.push('opened later'))
  await app.close()
  assert.deepEqual(order, ['opened later', 'onClose', 'opened at boot'])
})
