import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createSecureServer, createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createNetServer } from 'node:net'
import { suite, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { fastify } from 'fastify'
import { lastcall } from '../../../../src/integrations/fastify/index.ts'
import { TerminusGroup } from '../../../../src/integrations/terminus/group.ts'
import { createLifecycle } from '../../../../src/node/lifecycle/create-lifecycle.ts'
import type { ServableServer } from '../../../../src/node/types.ts'
import { FakeHost } from '../../../helpers/fake-host.ts'
import { makeLifecycle, makeServer, openPort } from '../../../helpers/lifecycle.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { closeServed, namesOf } from './closed-setup.ts'

const withoutProbes = { probePort: false } as const
const taken = { code: 'LASTCALL_SERVER_TAKEN' }

const kinds: Readonly<Record<string, () => ServableServer>> = {
  'node:http': createServer,
  'node:https': createHttpsServer,
  'node:http2': createHttp2Server,
  'node:http2 with TLS': () => createSecureServer({ allowHTTP1: true }),
  'node:tls': createTlsServer,
  'node:net': createNetServer,
}

suite('two lifecycles and one server', () => {
  for (const [kind, make] of Object.entries(kinds)) {
    test(`the second is refused for a server of ${kind}, and nothing of it is left on the server`, async (t) => {
      const { lifecycle } = makeLifecycle(t, withoutProbes)
      const server = lifecycle.serve(make(), { name: 'api' })
      const port = await openPort(server)
      const other = makeLifecycle(t, withoutProbes).lifecycle
      const listeners = server.eventNames().map((name) => [name, server.listenerCount(name)])
      const { emit } = server
      assert.throws(() => other.serve(server), {
        ...taken,
        message: [
          'Another lifecycle serves this server: serve:',
          `got the server on port ${port} that another lifecycle serves as 'api';`,
          'use that lifecycle for it, or serve it again when the shutdown() of that one is over',
        ].join(' '),
      })
      const present = server.eventNames().map((name) => [name, server.listenerCount(name)])
      assert.deepEqual(present, listeners)
      assert.equal(server.emit, emit)
      assert.deepEqual(other.snapshot().servers, [])
    })
  }

  test('a response to a slow reader comes whole from the first one after the second was refused', async (t) => {
    const { lifecycle, host } = makeLifecycle(t, withoutProbes)
    const body = 'x'.repeat(8_000_000)
    const server = makeServer(t, (_, response) => response.end(body))
    const port = await openPort(lifecycle.serve(server))
    await lifecycle.start()
    const other = makeLifecycle(t, withoutProbes)
    assert.throws(() => other.lifecycle.serve(server), taken)
    const client = await RawClient.connect(port)
    client.get('/')
    await client.until(() => client.received.length > 0)
    client.socket.pause()
    const reports = [lifecycle.shutdown(), other.lifecycle.shutdown()]
    host.clock.advance(0)
    client.socket.resume()
    assert.equal((await client.response()).body.length, body.length)
    for (const { clean } of await Promise.all(reports)) assert.equal(clean, true)
  })

  test('the second is refused when it comes from another copy of the package', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const server = lifecycle.serve(createServer())
    const copy = (await import(new URL('../../../../dist/index.js', import.meta.url).href)) as {
      createLifecycle: typeof createLifecycle
    }
    assert.notEqual(copy.createLifecycle, createLifecycle)
    const other = copy.createLifecycle({ probePort: false, logger: false })
    assert.throws(() => other.serve(server), taken)
    const theirs = other.serve(createServer())
    assert.throws(() => lifecycle.serve(theirs), taken)
    await other.shutdown()
  })

  test('one that has stopped lets go of its servers, open and closed ones', async (t) => {
    const first = makeLifecycle(t, withoutProbes).lifecycle
    const [open, closed] = [first.serve(createServer()), first.serve(createServer())]
    await closeServed(first, closed)
    const second = makeLifecycle(t, withoutProbes).lifecycle
    for (const server of [open, closed]) assert.throws(() => second.serve(server), taken)
    await first.shutdown()
    for (const server of [open, closed]) assert.equal(second.serve(server), server)
  })

  test('the Fastify plugin and a lifecycle of your own: whichever comes second is refused', async (t) => {
    const options = { ...withoutProbes, logger: false, signals: [] } as const
    const own = makeLifecycle(t, withoutProbes).lifecycle
    const app = fastify()
    await app.register(lastcall, options)
    assert.throws(() => own.serve(app.server), taken)
    await app.close()

    const served = fastify()
    own.serve(served.server)
    const before = process.listenerCount('SIGTERM')
    await assert.rejects(async () => served.register(lastcall, options), taken)
    assert.equal(process.listenerCount('SIGTERM'), before)
  })

  test('createTerminus() and a lifecycle of your own: whichever comes second is refused', async (t) => {
    const group = (): TerminusGroup => new TerminusGroup(new FakeHost())
    const own = makeLifecycle(t, withoutProbes).lifecycle
    const server = own.serve(createServer())
    assert.throws(() => group().add(server, {}), taken)
    const theirs = group().add(createServer(), {})
    assert.throws(() => own.serve(theirs), taken)
  })
})

test('a lifecycle that yields its servers leaves each to the one that asks, until its own shutdown begins', async (t) => {
  const host = new FakeHost()
  Object.assign(host.policy, { yieldsServers: true })
  const yielding = makeLifecycle(t, withoutProbes, host).lifecycle
  const [first, second] = [yielding.serve(makeServer(t)), yielding.serve(makeServer(t))]
  const own = makeLifecycle(t, withoutProbes).lifecycle
  assert.equal(own.serve(first), first)
  assert.deepEqual([namesOf(yielding), namesOf(own)], [['server-2'], ['main']])
  assert.throws(() => yielding.serve(first), taken)
  const hold = yielding.hold('job')
  void yielding.shutdown()
  assert.throws(() => own.serve(second), taken)
  hold[Symbol.dispose]()
})

test('the same server twice on one lifecycle is once, and options that are not used are logged', (t) => {
  const { lifecycle, log } = makeLifecycle(t, withoutProbes)
  const closeHandshake = (): void => {}
  const server = lifecycle.serve(createServer(), { name: 'api', closeHandshake })
  for (const options of [undefined, {}, { name: 'api' }, { closeHandshake }, { name: 'api', closeHandshake }])
    assert.equal(lifecycle.serve(server, options), server)
  assert.deepEqual(log, [])
  assert.equal(lifecycle.serve(server, { name: 'admin', closeHandshake: () => {} }), server)
  assert.deepEqual(
    log.map(({ level, message }) => [level, message]),
    [['warn', "lastcall: serve: 'api' is served already; ignored: the name 'admin' and the close handshake"]],
  )
})

test('a close handshake that is no function is refused, and leaves the server free', (t) => {
  const { lifecycle } = makeLifecycle(t, withoutProbes)
  const server = createServer()
  for (const closeHandshake of [null, 5, 'bye', {}]) {
    assert.throws(() => lifecycle.serve(server, { closeHandshake: closeHandshake as never }), {
      code: 'LASTCALL_INVALID_OPTIONS',
      message: /wanted a function/,
    })
  }
  assert.equal(makeLifecycle(t, withoutProbes).lifecycle.serve(server), server)
})
