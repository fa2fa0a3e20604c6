import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { lastcall } from '../../../src/integrations/fastify/index.ts'
import { createLifecycle } from '../../../src/node/lifecycle/create-lifecycle.ts'
import { Gate } from '../../node/drain/setup.ts'
import { manualHost } from '../manual-host.ts'
import { eventually, within } from '../../helpers/eventually.ts'
import { portOf, prepare, quiet } from './setup.ts'

async function statusOf(port: number, path: string): Promise<number | undefined> {
  const request = get({ port, path, host: '127.0.0.1', agent: false })
  const [response] = await once(request, 'response')
  response.resume()
  return response.statusCode
}

test('an app that is only injected into installs no signal handler and opens no probe port', async (t) => {
  const before = process.listenerCount('SIGTERM')
  const app = fastify()
  await app.register(lastcall, { ...quiet, signals: ['SIGTERM'], probePort: 0 })
  t.after(() => app.close())
  app.get('/', async () => 'served')
  assert.equal((await app.inject('/')).body, 'served')
  assert.equal(process.listenerCount('SIGTERM'), before)
  assert.equal(app.lifecycle.probeAddress, null)
  assert.equal(app.lifecycle.state, 'starting')
})

test('the probe server answers before the app listens, and is red until it does', async (t) => {
  const { app, listen } = await prepare(t, { probePort: 0, probeHost: '127.0.0.1' })
  const gate = new Gate()
  app.addHook('onReady', () => gate.pass())
  const listening = listen()
  await gate.entered
  await eventually('the probe server listens', () => app.lifecycle.probeAddress !== undefined)
  const { port } = app.lifecycle.probeAddress!
  assert.equal(await statusOf(port, '/readyz'), 503)
  assert.equal(await statusOf(port, '/startupz'), 503)
  gate.open()
  await listening
  assert.equal(await statusOf(port, '/readyz'), 200)
})

test('a plugin that is registered without await starts with listen as well', async (t) => {
  const app = fastify()
  const host = manualHost()
  const lifecycle = createLifecycle({ ...quiet, signals: ['SIGTERM'] }, host)
  void app.register(lastcall, { lifecycle })
  t.after(() => app.close())
  app.addHook('onClose', async () => assert.deepEqual(host.exits, []))
  await app.listen({ port: 0, host: '127.0.0.1' })
  assert.equal(app.lifecycle.state, 'ready')
  host.send('SIGTERM')
  assert.equal((await lifecycle.shutdown()).reason, 'SIGTERM')
  assert.equal(await host.exited, 0)
})

test('listen() rejects while the probe port is taken, with the port of the app still closed', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const probePort = (other.address() as AddressInfo).port
  const { app, listen } = await prepare(t, { probePort, probeHost: '127.0.0.1' })
  await assert.rejects(listen(), { code: 'LASTCALL_PROBE_PORT' })
  assert.equal(app.server.listening, false)
  await new Promise((resolve) => other.close(resolve))
  await listen()
  assert.equal(app.lifecycle.probeAddress?.port, probePort)
})

test('listen() can be called again after its port was taken', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const { app } = await prepare(t)
  const { port } = other.address() as AddressInfo
  await assert.rejects(app.listen({ port, host: '127.0.0.1' }), { code: 'EADDRINUSE' })
  await app.listen({ port: 0, host: '127.0.0.1' })
  assert.equal(app.lifecycle.state, 'ready')
})

test('listen(options, callback) calls back with the address', async (t) => {
  const { app } = await prepare(t)
  const called = Promise.withResolvers<unknown[]>()
  app.listen({ port: 0, host: '127.0.0.1' }, (...args) => called.resolve(args))
  assert.deepEqual(await called.promise, [null, `http://127.0.0.1:${portOf(app)}`])
})

test('a shutdown in the middle of listen() ends it: nothing listens, and it resolves to an empty address', async (t) => {
  const { app, host } = await prepare(t)
  const gate = new Gate()
  let closed = 0
  app.addHook('onReady', () => gate.pass())
  app.addHook('onClose', async () => void closed++)
  const listening = app.listen({ port: 0, host: '127.0.0.1' })
  await gate.entered
  host.send('SIGTERM')
  gate.open()
  assert.equal(await within(2_000, 'listen()', listening), '')
  assert.equal(app.server.listening, false)
  assert.equal(closed, 1)
  assert.equal(await host.exited, 0)
})

test('listen() after app.close() is refused', async (t) => {
  const { app } = await prepare(t)
  await app.close()
  await assert.rejects(within(2_000, 'listen()', app.listen({ port: 0, host: '127.0.0.1' })), {
    code: 'LASTCALL_ALREADY_SHUT_DOWN',
  })
})

test('a lifecycle that was started by hand waits for the app', async (t) => {
  const app = fastify()
  const lifecycle = createLifecycle(quiet, manualHost())
  await app.register(lastcall, { lifecycle })
  t.after(() => app.close())
  await lifecycle.start()
  assert.equal(lifecycle.state, 'starting')
  await app.listen({ port: 0, host: '127.0.0.1' })
  assert.equal(lifecycle.state, 'ready')
})

test('two apps on one lifecycle are ready together and stop together', async (t) => {
  const lifecycle = createLifecycle(quiet, manualHost())
  const closed: string[] = []
  const [shop, admin] = [fastify(), fastify()]
  for (const [name, app] of Object.entries({ shop, admin })) {
    await app.register(lastcall, { lifecycle })
    app.addHook('onClose', async () => void closed.push(name))
  }
  t.after(() => lifecycle.shutdown())
  await shop.listen({ port: 0, host: '127.0.0.1' })
  assert.equal(lifecycle.state, 'starting')
  await admin.listen({ port: 0, host: '127.0.0.1' })
  assert.equal(lifecycle.state, 'ready')
  await shop.close()
  assert.deepEqual(closed, ['admin', 'shop'])
  assert.equal(admin.server.listening, false)
})
