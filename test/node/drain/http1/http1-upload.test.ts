import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { test, type TestContext } from 'node:test'
import { eventually, within } from '../../../helpers/eventually.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { http1Kinds, startKind } from './http1-servers.ts'
import { Gate } from '../setup.ts'

/** More than all buffers between client and handler together, on loopback. */
const LARGE = 30_000_000

/** The seconds of the lingering close go by when the test says so. */
function seconds(t: TestContext): () => void {
  t.mock.timers.enable({ apis: ['setInterval'] })
  return () => t.mock.timers.tick(1_000)
}

function begin(client: RawClient, length: number, sent: string): void {
  client.send(`POST /import HTTP/1.1\r\nHost: test\r\nContent-Length: ${length}\r\n\r\n${sent}`)
}

/** What a handler that has answered already reads of its upload. */
class Reading {
  bytes = 0
  outcome: 'reading' | 'end' | 'aborted' = 'reading'

  follow(request: IncomingMessage): void {
    request.on('data', (chunk: Buffer) => (this.bytes += chunk.length))
    request.once('end', () => (this.outcome = 'end'))
    request.once('aborted', () => (this.outcome = 'aborted'))
    request.on('error', () => {})
  }
}

for (const [protocol, kind] of Object.entries(http1Kinds)) {
  for (const announced of ['before', 'after'] as const) {
    test(`${protocol}: an upload goes on as long as bytes arrive after its 202 with close, announced ${announced} the head`, async (t) => {
      const second = seconds(t)
      const reading = new Reading()
      const gate = new Gate()
      const { adapter, client } = await startKind(t, kind, async (request, response) => {
        reading.follow(request)
        response.writeHead(202, { Connection: 'close', 'Content-Length': 2 }).flushHeaders()
        await gate.pass()
        response.end('ok')
      })
      if (announced === 'before') adapter.announceClose()
      const uploader = await client({ allowHalfOpen: true })
      begin(uploader, 1_000, 'x'.repeat(100))
      await gate.entered
      const drained = adapter.drain()
      gate.open()
      assert.equal((await uploader.response()).status, 202)
      assert.equal(await uploader.ended(), 'end')
      for (let sent = 200; sent <= 1_000; sent += 100) {
        uploader.send('x'.repeat(100))
        await eventually('the handler has it', () => reading.bytes === sent)
        second()
      }
      await eventually('the end', () => reading.outcome !== 'reading')
      assert.equal(reading.outcome, 'end')
      second()
      await within(10_000, 'drain', drained)
      assert.deepEqual(adapter.forceClose(), [])
    })
  }

  test(`${protocol}: a client that is refused without being read may go on sending, and gets no reset`, async (t) => {
    const second = seconds(t)
    const { adapter, client, server } = await startKind(t, kind, (_, response) =>
      response.writeHead(413).end('too large'),
    )
    const accepted = once(server, protocol === 'http' ? 'connection' : 'secureConnection')
    adapter.announceClose()
    const uploader = await client({ allowHalfOpen: true })
    const [socket] = await accepted
    begin(uploader, 1_000, 'x'.repeat(100))
    assert.equal((await uploader.response()).status, 413)
    const drained = adapter.drain()
    for (let sent = 200; sent <= 900; sent += 100) {
      const heard = socket.bytesRead
      uploader.send('x'.repeat(100))
      await eventually('the server reads it', () => socket.bytesRead > heard)
      second()
      assert.equal(socket.destroyed, false)
    }
    // Silent, and still short of what it has promised.
    second()
    await within(10_000, 'drain', drained)
    assert.equal(await uploader.ended(), 'end')
  })

  test(`${protocol}: a handler that reads slowly is waited for although its client is held up`, async (t) => {
    const second = seconds(t)
    const gate = new Gate()
    let bytes = 0
    const read = Promise.withResolvers<void>()
    const { adapter, client, server } = await startKind(t, kind, async (request, response) => {
      response.writeHead(202).end()
      for await (const chunk of request) {
        await gate.pass()
        bytes += (chunk as Buffer).length
      }
      read.resolve()
    })
    const accepted = once(server, protocol === 'http' ? 'connection' : 'secureConnection')
    adapter.announceClose()
    const uploader = await client({ allowHalfOpen: true })
    const [socket] = await accepted
    const asked = once(server, 'request') as Promise<[IncomingMessage]>
    begin(uploader, LARGE, '')
    uploader.socket.write(Buffer.alloc(LARGE))
    await gate.entered
    const [request] = await asked
    await eventually('its buffer is full', () => request.readableLength >= request.readableHighWaterMark)
    for (let count = 0; count < 10; count++) second()
    assert.equal(socket.destroyed, false)
    gate.open()
    await within(20_000, 'upload', read.promise)
    assert.equal(bytes, LARGE)
  })

  for (const leaves of ['leaves', 'says nothing for five seconds'] as const) {
    test(`${protocol}: the handler of an upload hears of a client that ${leaves}`, async (t) => {
      const second = seconds(t)
      const reading = new Reading()
      const { adapter, client } = await startKind(t, kind, (request, response) => {
        reading.follow(request)
        response.writeHead(202).end('ok')
      })
      const uploader = await client({ allowHalfOpen: true })
      adapter.announceClose()
      begin(uploader, 1_000, 'x'.repeat(100))
      await uploader.ended()
      await eventually('the handler has it', () => reading.bytes === 100)
      if (leaves === 'leaves') uploader.close()
      else {
        for (let count = 0; count < 4; count++) second()
        // As many turns as a close takes, several times.
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
        assert.equal(reading.outcome, 'reading')
      }
      second()
      second()
      await eventually('the handler hears', () => reading.outcome === 'aborted')
    })
  }
}

test('the deadline counts an upload that was accepted, and not one that was refused', async (t) => {
  seconds(t)
  const reading = new Reading()
  const { adapter, client } = await startKind(t, http1Kinds.http, (request, response) => {
    reading.follow(request)
    response.writeHead(request.url === '/import' ? 202 : 413).end()
  })
  adapter.announceClose()
  const [accepted, refused] = [await client({ allowHalfOpen: true }), await client({ allowHalfOpen: true })]
  begin(accepted, 1_000, 'x')
  refused.send('POST /other HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\nx')
  for (const one of [accepted, refused]) await one.response()
  const drained = adapter.drain()
  await eventually('both are read', () => reading.bytes === 2)
  assert.deepEqual(
    adapter.forceClose().map(({ kind, label }) => [kind, label]),
    [['request', 'POST /import']],
  )
  await within(5_000, 'drain', drained)
  assert.deepEqual(adapter.forceClose(), [])
})

test('a refused upload that its handler has paused is read to its end, so that the refusal is not reset', async (t) => {
  const second = seconds(t)
  let chunks = 0
  const { adapter, client, server } = await startKind(t, http1Kinds.http, (request, response) => {
    request.on('data', () => {
      chunks++
      request.pause()
      response.writeHead(413).end('too large')
    })
    request.on('end', () => assert.fail('the handler has not read all of it'))
  })
  const accepted = once(server, 'connection')
  adapter.announceClose()
  const uploader = await client({ allowHalfOpen: true })
  const [socket] = await accepted
  begin(uploader, LARGE, '')
  const written = once(uploader.socket, 'finish')
  uploader.socket.end(Buffer.alloc(LARGE))
  assert.equal((await uploader.response()).status, 413)
  let heard = -1
  await eventually('the upload is read', () => {
    if (heard === socket.bytesRead) second()
    heard = socket.bytesRead
    return heard > LARGE
  })
  await written
  await within(5_000, 'drain', adapter.drain())
  assert.equal(uploader.ending, 'end')
  assert.equal(chunks, 1)
})
