import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import type { Http1Server } from '../../../../src/node/drain/http1/http1-drainer.ts'
import { eventually, within } from '../../../helpers/eventually.ts'
import { startKernelClient } from '../../../helpers/kernel-client.ts'
import { http1Kinds, startKind } from './http1-servers.ts'

const post = 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n'

for (const [protocol, kind] of Object.entries(http1Kinds)) {
  for (const finished of ['before the announcement', 'in the delay', 'in the drain'] as const) {
    test(`${protocol}: a request body that ends after the sweep does not hold the drain, its response finished ${finished}`, async (t) => {
      const finish = Promise.withResolvers<void>()
      const { adapter, client } = await startKind(t, kind, async (request, response) => {
        if (request.method === 'GET') return void response.end('got')
        // It promises to keep the connection.
        response.write('begun ')
        await finish.promise
        response.end('done')
      })
      const late = await client()
      late.send(`${post}1`)
      await late.until(() => late.received.includes('begun'))
      const answer = async (): Promise<void> => {
        finish.resolve()
        assert.equal((await late.response()).headers['connection'], 'keep-alive')
      }
      if (finished === 'before the announcement') await answer()
      adapter.announceClose()
      if (finished === 'in the delay') await answer()
      const idle = await client()
      const drained = adapter.drain()
      if (finished === 'in the drain') await answer()
      // The sweep closes unused connections: when this one is gone it has been.
      await idle.ended()
      assert.equal(late.ending, 'open')
      late.send('2')
      await within(10_000, 'drain', drained)
      assert.equal(await late.ended(), 'end')
    })
  }
}

test('a client whose upload has just ended may ask once more, and is served with close', async (t) => {
  const { adapter, client, server } = await startKind(
    t,
    http1Kinds.http,
    (request, response) => response.end(request.method),
    { shutdownDelayMs: 60_000 },
  )
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  const late = await client()
  late.send(`${post}1`)
  const [upload] = await asked
  assert.equal((await late.response()).headers['connection'], 'keep-alive')
  const idle = await client()
  const drained = adapter.drain()
  await idle.ended()
  const looks = t.mock.method(server as Http1Server, 'closeIdleConnections').mock
  late.send('2')
  await eventually('the body is complete', () => upload.complete)
  const before = looks.callCount()
  await eventually('another look', () => looks.callCount() > before)
  late.get()
  assert.equal((await late.response(2)).headers['connection'], 'close')
  await within(10_000, 'drain', drained)
})

test('a half-sent head is waited for at every look, and its request served', async (t) => {
  const { adapter, client, server } = await startKind(t, http1Kinds.http, (_, response) => response.end('ok'))
  const half = await client()
  half.get()
  await half.response()
  half.send('GET / HTTP/1.1\r\nHo')
  const looks = t.mock.method(server as Http1Server, 'closeIdleConnections').mock
  const drained = adapter.drain()
  await eventually('three looks', () => looks.callCount() >= 3)
  half.send('st: test\r\n\r\n')
  assert.equal((await half.response(2)).body, 'ok')
  await within(10_000, 'drain', drained)
})

test('requests that came into the kernel when the sweep was due are served (trap 6)', async (t) => {
  const { adapter, port, server } = await startKind(t, http1Kinds.http, (_, response) => response.end('ok'))
  const client = await startKernelClient(port, 'keep-alive', 5)
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  client.sendWhileBlocked()
  // The event loop runs due timers before it looks at its sockets.
  const due = performance.now() + 1_000
  while (performance.now() < due);
  await within(10_000, 'drain', drained)
  assert.deepEqual(await client.tally, { served: 5, reset: 0, ended: 0 })
})
