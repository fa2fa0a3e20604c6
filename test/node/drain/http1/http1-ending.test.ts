import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { Gate, startDrained } from '../setup.ts'

test('an answer that comes before its upload is complete is not overtaken by a reset (trap 15)', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => response.writeHead(413).end('too large'))
  adapter.announceClose()
  const uploader = await client({ allowHalfOpen: true })
  const body = 'x'.repeat(1_000_000)
  uploader.send(`POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length * 2}\r\n\r\n${body}`)
  assert.equal((await uploader.response()).status, 413)
  uploader.send(body)
  assert.equal(await uploader.ended(), 'end')
})

test('a client that keeps its side open after the last response does not hold the drain', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => response.end('ok'))
  adapter.announceClose()
  const lingering = await client({ allowHalfOpen: true })
  lingering.get()
  await lingering.response()
  await within(3_000, 'drain', adapter.drain())
})

test('forceClose() resets an unfinished body without a length, so that it does not look complete (failure mode 6)', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => void response.write('half'))
  const old = await client()
  old.send('GET /export?token=secret HTTP/1.0\r\n\r\n')
  await old.until(() => old.received.includes('half'))
  const drained = adapter.drain()
  const forced = adapter.forceClose()
  assert.equal(await old.ended(), 'reset')
  await within(2_000, 'drain', drained)
  assert.equal(forced.length, 1)
  assert.deepEqual(
    { ...forced[0], ageMs: 0 },
    { kind: 'request', server: 'main', ageMs: 0, label: 'GET /export' },
  )
})

test('forceClose() counts half-sent heads, on new and on kept-alive connections, and nothing that is idle', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => response.end('ok'))
  const idle = await client()
  const kept = await client()
  await client()
  for (const one of [idle, kept]) {
    one.get()
    await one.response()
  }
  const fresh = await client()
  kept.send('GET / HT')
  fresh.send('GET / HT')
  const other = await client()
  other.get()
  await other.response()
  void adapter.drain()
  await other.ended()
  assert.deepEqual(
    adapter.forceClose().map((close) => close.kind),
    ['request', 'request'],
  )
})

test('a handler that writes after the force-close does not hear of it', async (t) => {
  const gate = new Gate()
  const written = Promise.withResolvers<void>()
  const { adapter, client } = await startDrained(t, async (_, response) => {
    response.write('half')
    await gate.pass()
    response.write('more')
    response.end('end')
    setImmediate(written.resolve)
  })
  const one = await client()
  one.get()
  await gate.entered
  assert.equal(adapter.forceClose().length, 1)
  await one.ended()
  gate.open()
  await written.promise
})

for (const when of ['in flight before the drain', 'asked for in the delay'] as const) {
  test(`a response that is ended and not yet read, ${when}, reaches a slow client whole`, async (t) => {
    const size = 20_000_000
    const { adapter, client, server } = await startDrained(t, (_, response) => {
      response.setHeader('Content-Length', size)
      response.end(Buffer.alloc(size, 'x'))
    })
    if (when === 'asked for in the delay') adapter.announceClose()
    const slow = await client()
    slow.socket.pause()
    const asked = once(server, 'request')
    slow.get()
    await asked
    const other = await client()
    const drained = adapter.drain()
    // The sweep closes unused connections: when this one is gone it has been.
    assert.equal(await other.ended(), 'end')
    slow.socket.resume()
    assert.equal((await slow.response()).body.length, size)
    await within(5_000, 'drain', drained)
  })
}

test('forceClose() counts a response that is ended and not yet read', async (t) => {
  const { adapter, client, server } = await startDrained(t, (_, response) =>
    response.end(Buffer.alloc(20_000_000)),
  )
  const slow = await client()
  slow.socket.pause()
  const asked = once(server, 'request')
  slow.get('/export')
  await asked
  assert.deepEqual(
    adapter.forceClose().map(({ label }) => label),
    ['GET /export'],
  )
})

test('release() takes everything off the server again', async (t) => {
  const { adapter, server } = await startDrained(t, (_, response) => response.end('ok'))
  const before = server.emit
  const own = createServer()
  adapter.announceClose()
  assert.notEqual(server.emit, before)
  adapter.release()
  assert.equal(server.emit, before)
  for (const event of ['listening', 'connection', 'request', 'close']) {
    assert.equal(server.listenerCount(event), own.listenerCount(event) + (event === 'request' ? 1 : 0), event)
  }
})
