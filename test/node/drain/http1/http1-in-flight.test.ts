import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { adapterFor } from '../../../../src/node/drain/servers/serve.ts'
import { within } from '../../../helpers/eventually.ts'
import { contextOf, Gate, startDrained } from '../setup.ts'

test('drain() lets a request finish that began before it and says close on its response', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (_, response) => {
    await gate.pass()
    response.end('done')
  })
  const slow = await client()
  slow.get()
  await gate.entered
  const drained = adapter.drain()
  assert.equal(adapter.snapshot().inFlight.request, 1)
  gate.open()
  const response = await slow.response()
  assert.equal(response.body, 'done')
  assert.equal(response.headers['connection'], 'close')
  await within(2_000, 'drain', drained)
  assert.equal(adapter.snapshot().inFlight.request, 0)
})

const sayings: Record<string, (response: ServerResponse) => void> = {
  'end() at once': (response) => response.end('ok'),
  'setHeader keep-alive': (response) => response.setHeader('Connection', 'keep-alive').end('ok'),
  'writeHead with an object': (response) =>
    response.writeHead(200, { connection: 'keep-alive', 'Content-Length': 2 }).end('ok'),
  'writeHead with a list': (response) =>
    response.writeHead(200, ['Connection', 'keep-alive', 'Content-Length', '2']).end('ok'),
  'writeHead with a reason': (response) =>
    response.writeHead(200, 'Fine', { Connection: 'keep-alive', 'Content-Length': 2 }).end('ok'),
  'flushHeaders()': (response) => {
    response.setHeader('Content-Length', 2).flushHeaders()
    response.end('ok')
  },
  'write() first': (response) => {
    response.write('o')
    response.end('k')
  },
}

for (const [how, answer] of Object.entries(sayings)) {
  test(`announceClose() makes a response by ${how} say close (trap 7, 9)`, async (t) => {
    const { adapter, client } = await startDrained(t, (_, response) => answer(response))
    adapter.announceClose()
    const one = await client()
    one.get()
    const response = await one.response()
    assert.equal(response.headers['connection'], 'close')
    assert.equal(response.headers['keep-alive'], undefined)
    assert.equal(response.body, 'ok')
    assert.equal(await one.ended(), 'end')
  })
}

test('announceClose() reaches requests with Expect: 100-continue and does not add listeners for them', async (t) => {
  const drained = await startDrained(t, () => assert.fail('checkContinue handles it'))
  drained.server.on('checkContinue', (request, response) => {
    response.writeContinue()
    request.resume().on('end', () => response.end('continued'))
  })
  drained.adapter.announceClose()
  const one = await drained.client()
  one.send('POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n')
  await one.until(() => one.received.includes('100 Continue'))
  one.send('ok')
  assert.equal((await one.response()).headers['connection'], 'close')
  assert.equal(drained.late, 1)
  assert.equal(drained.server.listenerCount('upgrade') + drained.server.listenerCount('connect'), 0)
})

test('drain() waits for a half-sent head and serves it (trap 12)', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => response.end('ok'))
  const half = await client()
  half.send('GET / HTTP/1.1\r\nHo')
  const other = await client()
  other.get()
  await other.response()
  const drained = adapter.drain()
  assert.equal(await other.ended(), 'end')
  assert.equal(adapter.snapshot().inFlight.request, 1)
  half.send('st: test\r\n\r\n')
  assert.equal((await half.response()).headers['connection'], 'close')
  await within(2_000, 'drain', drained)
})

test('drain() waits for the second half of a head on a kept-alive connection (trap 12)', async (t) => {
  const { adapter, client } = await startDrained(t, (_, response) => response.end('ok'))
  const half = await client()
  half.get()
  await half.response()
  half.send('GET / HTTP/1.1\r\nHo')
  const other = await client()
  other.get()
  await other.response()
  const drained = adapter.drain()
  assert.equal(await other.ended(), 'end')
  half.send('st: test\r\n\r\n')
  assert.equal((await half.response(2)).body, 'ok')
  await within(2_000, 'drain', drained)
})

test('drain() waits for a half-sent body (trap 12)', async (t) => {
  const { adapter, client } = await startDrained(t, (request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => response.end(body))
  })
  const half = await client()
  half.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\n01234')
  const other = await client()
  other.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1\r\n\r\n0')
  await other.response()
  const drained = adapter.drain()
  assert.equal(await other.ended(), 'end')
  half.send('56789')
  assert.equal((await half.response()).body, '0123456789')
  await within(2_000, 'drain', drained)
})

test('drain() forgets requests whose client went away', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (_, response) => {
    await gate.pass()
    response.end()
  })
  const gone = await client()
  gone.get()
  await gate.entered
  const drained = adapter.drain()
  gone.close()
  await within(2_000, 'drain', drained)
  assert.equal(adapter.snapshot().inFlight.request, 0)
  gate.open()
})

test('drain() of a server that never listened, and of one that its owner closed, ends', async (t) => {
  const context = contextOf()
  const never = adapterFor(createServer(), context)
  await within(2_000, 'drain', never.drain())
  never.release()
  const { adapter, client, server } = await startDrained(t, (_, response) => response.end('ok'))
  const idle = await client()
  idle.get()
  await idle.response()
  server.close()
  await within(2_000, 'drain', adapter.drain())
})

test('a server that begins to listen in the drain is closed again', async (t) => {
  const server = createServer()
  const adapter = adapterFor(server, contextOf())
  t.after(() => adapter.release())
  await within(2_000, 'drain', adapter.drain())
  server.listen(0, '127.0.0.1')
  await within(2_000, 'close', once(server, 'close'))
  assert.equal(server.listening, false)
})
