import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import { eventually, within } from '../../../helpers/eventually.ts'
import { http1Kinds, startKind } from './http1-servers.ts'
import { drainable, Gate, startDrained } from '../setup.ts'

const get = (path: string, headers = ''): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n${headers}\r\n`
const upgrade = get('/chat', 'Connection: Upgrade\r\nUpgrade: chat\r\n')

/** Who says that a response is the last one, and how. */
const closings: Record<string, (response: ServerResponse) => void> = {
  'lastcall said close': (response) => response.flushHeaders(),
  'setHeader said close': (response) => response.setHeader('Connection', 'close').flushHeaders(),
  'writeHead said close': (response) => response.writeHead(200, { Connection: 'close' }).flushHeaders(),
}

for (const [protocol, kind] of Object.entries(http1Kinds)) {
  for (const [how, begin] of Object.entries(closings)) {
    for (const announced of ['before its head', 'after its head'] as const) {
      // Before the announcement nobody says close unless the application does.
      if (how === 'lastcall said close' && announced === 'after its head') continue
      test(`${protocol}: requests behind a response that still streams are not processed (${how}, announced ${announced})`, async (t) => {
        const gate = new Gate()
        const seen: string[] = []
        const drained = await startKind(t, kind, async (request, response) => {
          seen.push(request.url ?? '')
          begin(response)
          response.write('begun ')
          await gate.pass()
          response.end('done')
        })
        const { adapter, client } = drained
        if (announced === 'before its head') adapter.announceClose()
        const one = await client({ allowHalfOpen: true })
        one.get('/stream')
        await one.until(() => one.received.includes('begun'))
        adapter.announceClose()
        const late = drained.late
        // The body of a request that nobody gets must not fill the buffers: its client's end is behind it.
        one.send(`POST /behind HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n`)
        one.send('x'.repeat(1_000_000))
        one.send(get('/last'))
        await eventually('both are parsed', () => drained.late === late + 2)
        assert.equal(adapter.snapshot().inFlight.request, 1)
        const over = adapter.drain()
        gate.open()
        assert.equal(await one.ended(), 'end')
        assert.deepEqual(
          one.responses().map(({ body }) => body),
          ['begun done'],
        )
        one.socket.end()
        await within(5_000, 'drain', over)
        assert.deepEqual(seen, ['/stream'])
      })
    }
  }
}

test('requests in the packet of one that says close by itself are not processed, and not reported', async (t) => {
  const seen: string[] = []
  const { adapter, client } = await startDrained(t, (request, response) => {
    seen.push(request.url ?? '')
    response.writeHead(200, { Connection: 'close' }).write('begun')
  })
  adapter.announceClose()
  const one = await client()
  one.send(get('/1') + get('/2') + get('/3'))
  await one.until(() => one.received.includes('begun'))
  assert.equal(adapter.snapshot().inFlight.request, 1)
  assert.deepEqual(
    adapter.forceClose().map(({ label }) => label),
    ['GET /1'],
  )
  assert.deepEqual(seen, ['/1'])
})

test('a request before one that Node itself answers with close is processed', async (t) => {
  const { adapter, client } = await startDrained(t, (request, response) => response.end(request.url))
  adapter.announceClose()
  const one = await client()
  // Without a Host Node answers at once, when the first request has not been handed on yet.
  one.send(`${get('/1')}GET /2 HTTP/1.1\r\n\r\n`)
  await one.ended()
  assert.deepEqual(
    one.responses().map(({ status, body }) => [status, body]),
    [
      [200, '/1'],
      [400, ''],
    ],
  )
})

test('a request whose handler runs already is answered although an older response is still to say close', async (t) => {
  const gate = new Gate()
  const { adapter, client } = await startDrained(t, async (request, response) => {
    if (request.url === '/1') await gate.pass()
    response.end(request.url)
    if (request.url === '/2') gate.open()
  })
  adapter.announceClose()
  const one = await client()
  one.send(get('/1'))
  await gate.entered
  one.send(get('/2'))
  await one.ended()
  assert.deepEqual(
    one.responses().map(({ body }) => body),
    ['/1', '/2'],
  )
})

for (const phase of ['the delay', 'the drain'] as const) {
  test(`an upgrade behind a response that said close is not handed to the application in ${phase}, and the response is whole`, async (t) => {
    const gate = new Gate()
    const size = 20_000_000
    const answer = async (response: ServerResponse): Promise<void> => {
      response.writeHead(200, { 'Content-Length': size + 5 }).write('begun')
      await gate.pass()
      // More than the kernel takes, in parts: the rest has to be asked for, though Node has let go of the
      // socket by then.
      for (let sent = 0; sent < size; sent += 1_000_000) {
        if (!response.write(Buffer.alloc(1_000_000, 'x')))
          await new Promise((resolve) => response.once('drain', resolve))
      }
      response.end()
    }
    const server = createServer((_, response) => void answer(response))
    const upgrades: unknown[] = []
    server.on('upgrade', (request, socket) => {
      upgrades.push(request.url)
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
    })
    const { adapter, client } = await drainable(t, server)
    adapter.announceClose()
    const one = await client()
    one.get()
    await one.until(() => one.received.includes('begun'))
    const over = phase === 'the drain' ? adapter.drain() : null
    const accepted = adapter.snapshot().connections.active
    if (phase === 'the drain') await eventually('the listener is closed', () => !server.listening)
    one.send(upgrade)
    gate.open()
    assert.equal(await within(10_000, 'end', one.ended()), 'end')
    assert.equal(one.responses()[0]?.body.length, size + 5)
    assert.equal(one.responses().length, 1)
    await within(5_000, 'drain', over ?? adapter.drain())
    assert.deepEqual([accepted, upgrades], [1, []])
  })
}

test('an upgrade in the packet of a request is handed on behind it', async (t) => {
  const events: string[] = []
  const server = createServer((request, response) => {
    events.push(`request ${request.url}`)
    response.end()
  })
  server.on('upgrade', (request, socket) => {
    events.push(`upgrade ${request.url}`)
    socket.end()
  })
  const { adapter, client } = await drainable(t, server)
  adapter.announceClose()
  const one = await client()
  one.send(get('/1') + upgrade)
  await one.ended()
  assert.equal(events[0], 'request /1')
})
