import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { suite, test } from 'node:test'
import { httpGet } from '../../../helpers/http-get.ts'
import { makeLifecycle, makeServer, openPort } from '../../../helpers/lifecycle.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { closeServed, namesOf } from './closed-setup.ts'

const withoutProbes = { probePort: false } as const

suite('a server that is closed', () => {
  test('does not give its name away while it is open, and labels do not grow with those that were', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const servers = Array.from({ length: 3 }, () => makeServer(t))
    for (const server of servers) await openPort(lifecycle.serve(server))
    await closeServed(lifecycle, servers[1]!)
    lifecycle.serve(makeServer(t), { name: 'api' })
    lifecycle.serve(makeServer(t))
    assert.deepEqual(namesOf(lifecycle).toSorted(), ['api', 'main', 'server-3', 'server-4'])
    await closeServed(lifecycle, servers[0]!)
    lifecycle.serve(makeServer(t))
    assert.deepEqual(namesOf(lifecycle).toSorted(), ['api', 'main', 'server-3', 'server-4'])
    assert.throws(() => lifecycle.serve(makeServer(t), { name: 'server-3' }), {
      code: 'LASTCALL_DUPLICATE_NAME',
    })
  })

  test('before start() does not keep readiness red', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const port = lifecycle.serve(makeServer(t))
    await openPort(port)
    await closeServed(lifecycle, port)
    await openPort(lifecycle.serve(makeServer(t)))
    await lifecycle.start()
    assert.equal(lifecycle.state, 'ready')
  })

  test('after start(), before it ever listened, is no longer waited for', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const [kept, dropped] = [lifecycle.serve(makeServer(t)), lifecycle.serve(makeServer(t))]
    await openPort(kept)
    await lifecycle.start()
    assert.equal(lifecycle.state, 'starting')
    dropped.close(() => {})
    await eventually('the start is completed', () => lifecycle.state === 'ready')
  })

  test('and listens again is drained like any other, under its name', async (t) => {
    const { lifecycle, host } = makeLifecycle(t, withoutProbes)
    const responses: ServerResponse[] = []
    const server = makeServer(t, (_, response) => void responses.push(response))
    lifecycle.serve(server, { name: 'api' })
    await openPort(server)
    await lifecycle.start()
    for (let round = 0; round < 3; round++) {
      await closeServed(lifecycle, server)
      assert.deepEqual(namesOf(lifecycle), [])
      await openPort(server)
      assert.deepEqual(namesOf(lifecycle), ['api'])
    }
    const client = await RawClient.connect((server.address() as { port: number }).port)
    client.get('/')
    await eventually('the request has come', () => responses.length === 1)
    const report = lifecycle.shutdown()
    host.clock.advance(0)
    await eventually('the listener is closed', () => !server.listening)
    assert.equal(lifecycle.state, 'draining')
    responses[0]!.end('last')
    assert.equal((await client.response()).body, 'last')
    assert.equal((await report).clean, true)
  })

  test('and listens again gets another name when its own is taken meanwhile', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const server = lifecycle.serve(makeServer(t))
    await openPort(server)
    await closeServed(lifecycle, server)
    lifecycle.serve(makeServer(t))
    await openPort(server)
    assert.deepEqual(namesOf(lifecycle), ['main', 'server-2'])
    assert.equal(lifecycle.serve(server), server)
    assert.deepEqual(namesOf(lifecycle), ['main', 'server-2'])
  })

  test('and is told to serve() again is waited for again', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const server = lifecycle.serve(makeServer(t))
    await openPort(server)
    await closeServed(lifecycle, server)
    lifecycle.serve(server)
    await lifecycle.start()
    assert.equal(lifecycle.state, 'starting')
    await openPort(server)
    assert.equal(lifecycle.state, 'ready')
  })

  test('and is told to serve() again and again keeps one listener for its next listen()', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const server = makeServer(t)
    const before = server.listenerCount('listening')
    for (let round = 0; round < 12; round++) {
      lifecycle.serve(server)
      await closeServed(lifecycle, server)
    }
    assert.equal(server.listenerCount('listening'), before + 1)
    await openPort(server)
    assert.deepEqual(namesOf(lifecycle), ['main'])
  })

  test('and listens again during the drain is closed at once', async (t) => {
    const { lifecycle, host } = makeLifecycle(t, withoutProbes)
    const server = lifecycle.serve(makeServer(t))
    await openPort(server)
    await lifecycle.start()
    await closeServed(lifecycle, server)
    const hold = lifecycle.hold('job')
    const report = lifecycle.shutdown()
    host.clock.advance(0)
    await openPort(server)
    await eventually('it is closed', () => !server.listening)
    hold[Symbol.dispose]()
    assert.equal((await report).clean, true)
  })

  test('is counted until its last connection is gone', async (t) => {
    const { lifecycle } = makeLifecycle(t, withoutProbes)
    const responses: ServerResponse[] = []
    const server = lifecycle.serve(makeServer(t, (_, response) => void responses.push(response)))
    const client = await RawClient.connect(await openPort(server))
    client.get('/')
    await eventually('the request has come', () => responses.length === 1)
    server.close()
    await eventually('the listener is closed', () => !server.listening)
    assert.equal(lifecycle.snapshot().servers[0]!.inFlight.request, 1)
    responses[0]!.end('last')
    await client.response()
    client.close()
    await eventually('the closed server is let go', () => namesOf(lifecycle).length === 0)
  })

  test('still counts for the last new connection, and in a shutdown for the report', async (t) => {
    const { lifecycle, host } = makeLifecycle(t, { ...withoutProbes, shutdownDelayMs: 1_000 })
    const [server, other] = [lifecycle.serve(makeServer(t)), lifecycle.serve(makeServer(t))]
    await openPort(other)
    await httpGet(await openPort(server), '/')
    await lifecycle.start()
    const { lastNewConnectionAt } = lifecycle.snapshot()
    assert.equal(typeof lastNewConnectionAt, 'number')
    await closeServed(lifecycle, server)
    assert.equal(lifecycle.snapshot().lastNewConnectionAt, lastNewConnectionAt)
    const report = lifecycle.shutdown()
    await httpGet((other.address() as { port: number }).port, '/')
    other.close(() => {})
    await eventually('it is closed', () => !other.listening)
    host.clock.advance(1_000)
    assert.deepEqual((await report).requestsAfterShutdown, { delaying: 1 })
    assert.equal(typeof (await report).lastNewConnectionMs, 'number')
    assert.deepEqual(namesOf(lifecycle), ['server-2'])
  })
})
