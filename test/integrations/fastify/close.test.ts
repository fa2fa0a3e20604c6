import assert from 'node:assert/strict'
import dns from 'node:dns'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { fastify } from 'fastify'
import { lastcall } from '../../../src/integrations/fastify/index.ts'
import { Gate } from '../../node/drain/setup.ts'
import { eventually, within } from '../../helpers/eventually.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { portOf, prepare, quiet } from './setup.ts'

test('app.close() lets what is in flight finish, and onClose hooks run after the last response (trap 46)', async (t) => {
  const { app, listen, client } = await prepare(t)
  const gate = new Gate()
  const order: string[] = []
  app.get('/', async () => {
    await gate.pass()
    order.push('answered')
    return { ok: true }
  })
  app.addHook('preClose', async () => void order.push('preClose'))
  app.addHook('onClose', async () => void order.push('onClose'))
  app.lifecycle.onStop('pool', () => order.push('pool'))
  await listen()
  const inFlight = await client()
  inFlight.get()
  await gate.entered
  const closed = app.close()
  await app.lifecycle.once('shutdownDelayElapsed')
  assert.deepEqual(order, [])
  gate.open()
  const response = await inFlight.response()
  await closed
  assert.equal(response.status, 200)
  assert.equal(response.body, '{"ok":true}')
  assert.equal(response.headers['connection'], 'close')
  assert.deepEqual(order, ['answered', 'preClose', 'onClose', 'pool'])
})

test('nobody gets a 503 in the shutdown delay, on connections old and new (trap 42)', async (t) => {
  const { app, host, listen, client } = await prepare(t, { shutdownDelayMs: 5_000 })
  app.get('/', async () => 'served')
  await listen()
  const old = await client()
  old.get()
  await old.response()
  const closed = app.close()
  assert.equal(app.lifecycle.state, 'delaying')
  old.get()
  const fresh = await client()
  fresh.get()
  const responses = [await old.response(2), await fresh.response()]
  assert.deepEqual(
    responses.map(({ status, headers }) => [status, headers['connection']]),
    [
      [200, 'close'],
      [200, 'close'],
    ],
  )
  host.elapse(5_000)
  await closed
})

test('a request that arrives in the drain on an open connection is served, not refused with a 503', async (t) => {
  const { app, listen, client } = await prepare(t)
  const gate = new Gate()
  app.get('/', async () => 'served')
  app.get('/slow', async () => {
    await gate.pass()
    return 'slow'
  })
  await listen()
  const pipelining = await client()
  pipelining.get('/slow')
  await gate.entered
  const closed = app.close()
  await app.lifecycle.once('shutdownDelayElapsed')
  pipelining.get()
  await app.lifecycle.once('shutdownDelayElapsed')
  const inFlight = (): number => app.lifecycle.snapshot().servers[0]?.inFlight.request ?? 0
  await eventually('both requests are in flight', () => inFlight() >= 2)
  gate.open()
  assert.equal((await pipelining.response(2)).status, 200)
  await closed
})

test('app.close() waits neither for a keep-alive request in flight nor for an idle connection (72 s in Fastify)', async (t) => {
  const { app, listen, client } = await prepare(t)
  const gate = new Gate()
  app.get('/', async () => 'served')
  app.get('/begun', (_request, reply) => {
    reply.hijack()
    // The head is out before the shutdown begins, so it promises to keep the connection.
    reply.raw.writeHead(200, { 'content-length': 4 })
    reply.raw.write('be')
    void gate.pass().then(() => reply.raw.end('un'))
  })
  await listen()
  const idle = await client()
  idle.get()
  await idle.response()
  const begun = await client()
  begun.get('/begun', 'Connection: keep-alive\r\n')
  await gate.entered
  const closed = app.close()
  gate.open()
  await within(5_000, 'app.close()', closed)
  assert.equal((await begun.response()).body, 'beun')
  assert.equal(await idle.ended(), 'end')
})

test('forceCloseConnections does not destroy what is in flight', async (t) => {
  const { app, listen, client } = await prepare(t, {}, { forceCloseConnections: true })
  const gate = new Gate()
  app.get('/', async () => {
    await gate.pass()
    return 'served'
  })
  await listen()
  const inFlight = await client()
  inFlight.get()
  await gate.entered
  const closed = app.close()
  await app.lifecycle.once('shutdownDelayElapsed')
  gate.open()
  assert.equal((await inFlight.response()).body, 'served')
  await closed
})

/**
 * Not every machine has two addresses for localhost, and the first of them has to be the one that nobody uses
 * here.
 */
function resolveLocalhostTo(t: TestContext, addresses: readonly string[]): void {
  type Callback = (error: null, found: readonly { address: string; family: number }[]) => void
  const lookup = dns.lookup as (host: string, options: object, callback: Callback) => void
  t.mock.method(dns, 'lookup', (host: string, options: object, callback: Callback) => {
    if (host !== 'localhost') return lookup(host, options, callback)
    setImmediate(() =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
    )
  })
}

test('every server of localhost is drained, and none is closed because another is (trap 47)', async (t) => {
  resolveLocalhostTo(t, ['127.0.0.2', '127.0.0.1'])
  const { app } = await prepare(t)
  const gate = new Gate()
  app.get('/', async () => 'served')
  app.get('/slow', async () => {
    await gate.pass()
    return 'slow'
  })
  const allListen = new Promise<void>((resolve) => {
    app.addHook('onListen', async () => resolve())
  })
  await app.listen({ port: 0, host: 'localhost' })
  await allListen
  assert.deepEqual(
    app.lifecycle.snapshot().servers.map(({ name }) => name),
    ['main', 'server-2'],
  )
  const port = portOf(app)
  const [idle, slow] = [await RawClient.connect(port), await RawClient.connect(port)]
  t.after(() => [idle, slow].forEach((client) => client.close()))
  idle.get()
  await idle.response()
  slow.get('/slow')
  await gate.entered
  assert.equal(app.lifecycle.snapshot().servers[1]?.inFlight.request, 1)
  const closed = app.close()
  await once(app.server, 'close')
  idle.get()
  assert.equal((await idle.response(2)).status, 200)
  gate.open()
  assert.equal((await slow.response()).body, 'slow')
  await closed
  await assert.rejects(RawClient.connect(port), /ECONNREFUSED/)
})

test('app.close() of an app that never listened closes it at once, without a delay', async () => {
  const app = fastify()
  await app.register(lastcall, { ...quiet, shutdownDelayMs: 60_000 })
  let closed = 0
  app.addHook('onClose', async () => void closed++)
  await app.ready()
  await within(2_000, 'app.close()', app.close())
  assert.equal(closed, 1)
})
