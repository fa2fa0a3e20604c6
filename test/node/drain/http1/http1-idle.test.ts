import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { within } from '../../../helpers/eventually.ts'
import { startKernelClient } from '../../../helpers/kernel-client.ts'
import { contextOf, Gate, startDrained } from '../setup.ts'

const ok = (_: unknown, response: ServerResponse): void => void response.end('ok')

/**
 * Some turns of the event loop after the listener closed: far more than a sweep without a settling time would
 * take, far less than that time.
 */
async function turnsAfterClose(server: Server): Promise<void> {
  for (let turns = 0; turns < 20; turns = server.listening ? 0 : turns + 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('drain() serves all 20 connections of the accept queue (trap 1, 2)', async (t) => {
  const { adapter, port } = await startDrained(t, ok)
  const client = await startKernelClient(port, 'queue', 20)
  client.sendWhileBlocked()
  await within(5_000, 'drain', adapter.drain())
  assert.deepEqual(await client.tally, { served: 20, reset: 0, ended: 0 })
})

test('drain() serves keep-alive requests that are in the kernel already (trap 6)', async (t) => {
  const { adapter, port } = await startDrained(t, ok)
  const client = await startKernelClient(port, 'keep-alive', 5)
  client.sendWhileBlocked()
  await within(5_000, 'drain', adapter.drain())
  assert.deepEqual(await client.tally, { served: 5, reset: 0, ended: 0 })
})

test('drain() serves the first request of connections that were accepted before (trap 3)', async (t) => {
  const { adapter, port } = await startDrained(t, ok)
  const client = await startKernelClient(port, 'fresh', 5)
  client.sendWhileBlocked()
  await within(5_000, 'drain', adapter.drain())
  assert.deepEqual(await client.tally, { served: 5, reset: 0, ended: 0 })
})

for (const keepAliveTimeout of [0, 72_000]) {
  test(`drain() closes idle connections without waiting for keepAliveTimeout ${keepAliveTimeout}`, async (t) => {
    const { adapter, client } = await startDrained(t, ok, { keepAliveTimeout })
    const idle = await client()
    idle.get()
    await idle.response()
    await within(2_000, 'drain', adapter.drain())
    assert.equal(await idle.ended(), 'end')
  })
}

test('drain() is not held by connections that never send anything (trap 13)', async (t) => {
  const { adapter, client } = await startDrained(t, ok)
  const silent = await client()
  await within(2_000, 'drain', adapter.drain())
  assert.notEqual(await silent.ended(), 'open')
})

test('announceClose() leaves idle connections open and serves them once more, with close', async (t) => {
  const { adapter, client, server } = await startDrained(t, ok)
  const idle = await client()
  idle.get()
  assert.equal((await idle.response()).headers['connection'], 'keep-alive')
  adapter.announceClose()
  const fresh = await client()
  fresh.get()
  assert.equal((await fresh.response()).headers['connection'], 'close')
  assert.equal(idle.ending, 'open')
  idle.get()
  assert.equal((await idle.response(2)).headers['connection'], 'close')
  assert.equal(await idle.ended(), 'end')
  assert.equal(server.listening, true)
})

test('drain() serves a kept-alive client that writes just after the listener closed (trap 6)', async (t) => {
  const { adapter, client, server } = await startDrained(t, ok)
  const idle = await client()
  idle.get()
  await idle.response()
  const drained = adapter.drain()
  await turnsAfterClose(server)
  idle.get()
  assert.equal((await idle.response(2)).headers['connection'], 'close')
  await within(2_000, 'drain', drained)
})

test('drain() serves a client that connected just before and writes just after the listener closed (trap 3)', async (t) => {
  const { adapter, client, server } = await startDrained(t, ok)
  const fresh = await client()
  const drained = adapter.drain()
  await turnsAfterClose(server)
  fresh.get()
  assert.equal((await fresh.response()).headers['connection'], 'close')
  await within(2_000, 'drain', drained)
})

test('drain() keeps a connection whose response promised keep-alive for its next request (trap 8)', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (request, response) => {
    if (request.url === '/next') return void response.end('next')
    response.write('begun')
    await gate.pass()
    response.end('done')
  })
  const eager = await client()
  eager.get('/')
  await eager.until(() => eager.received.includes('begun'))
  const drained = adapter.drain()
  const other = once(eager.socket, 'data')
  gate.open()
  await other
  eager.get('/next')
  const next = await eager.response(2)
  assert.equal(next.body, 'next')
  assert.equal(next.headers['connection'], 'close')
  await within(2_000, 'drain', drained)
})

test('drain() keeps such a connection as long as idle ones were kept in the delay (trap 8, 10)', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(
    t,
    async (request, response) => {
      if (request.url === '/next') return void response.end('next')
      response.write('begun')
      await gate.pass()
      response.end('done')
    },
    {},
    { shutdownDelayMs: 2_000 },
  )
  const late = await client()
  late.get('/')
  await late.until(() => late.received.includes('begun'))
  const drained = adapter.drain()
  gate.open()
  await late.response()
  // A client on a busy node is late by a part of the delay.
  await new Promise((resolve) => setTimeout(resolve, 300))
  late.get('/next')
  const next = await late.response(2)
  assert.equal(next.body, 'next')
  assert.equal(next.headers['connection'], 'close')
  await within(5_000, 'drain', drained)
})

test('drain() keeps idle connections as long as that while something is in flight (trap 6)', async (t) => {
  const gate = new Gate()
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/slow') await gate.pass()
    response.end('ok')
  }
  const { adapter, client } = await startDrained(t, handle, {}, { shutdownDelayMs: 2_000 })
  const idle = await client()
  idle.get()
  await idle.response()
  const slow = await client()
  slow.get('/slow')
  await gate.entered
  const drained = adapter.drain()
  // Longer than idle connections are kept for nobody.
  await new Promise((resolve) => setTimeout(resolve, 300))
  idle.get()
  assert.equal((await idle.response(2)).headers['connection'], 'close')
  gate.open()
  assert.equal((await slow.response()).headers['connection'], 'close')
  await within(5_000, 'drain', drained)
})

test('drain() closes the connection of a response that was begun before it and promised keep-alive (trap 8)', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(
    t,
    async (_, response) => {
      response.write('begun')
      await gate.pass()
      response.end('done')
    },
    { keepAliveTimeout: 72_000 },
  )
  const begun = await client()
  begun.get()
  await begun.until(() => begun.received.includes('begun'))
  const drained = adapter.drain()
  gate.open()
  const response = await begun.response()
  assert.equal(response.headers['connection'], 'keep-alive')
  assert.equal(response.body, 'begundone')
  await within(2_000, 'drain', drained)
  assert.equal(await begun.ended(), 'end')
})

test('serve: connections from before the adapter are met at their next request and drained', async (t) => {
  const gate = new Gate()
  const { adapter, client, server } = await startDrained(t, async (request, response) => {
    if (request.url === '/slow') await gate.pass()
    response.end('ok')
  })
  adapter.release()
  const early = await client()
  early.get('/')
  await early.response()
  const second = adapterFor(server, contextOf())
  t.after(() => second.release())
  early.get('/slow')
  await gate.entered
  const drained = second.drain()
  gate.open()
  assert.equal((await early.response(2)).headers['connection'], 'close')
  await within(2_000, 'drain', drained)
})
