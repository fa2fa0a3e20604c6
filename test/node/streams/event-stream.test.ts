import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { eventStream, type EventStream } from '../../../src/node/streams/event-stream.ts'
import type { AnyResponse } from '../../../src/node/streams/response-signals.ts'
import { makeLifecycle, makeServer, openPort, type TestLifecycle } from '../../helpers/lifecycle.ts'

interface Open extends TestLifecycle {
  readonly stream: EventStream
  readonly response: AnyResponse
  readonly answer: IncomingMessage
}

async function open(t: TestContext, retryMs?: number): Promise<Open> {
  const made = makeLifecycle(t)
  const server = makeServer(t, () => {})
  made.lifecycle.serve(server)
  await made.lifecycle.start()
  const port = await openPort(server)
  const request = get({ port, host: '127.0.0.1', agent: false })
  const [, response] = (await once(server, 'request')) as [IncomingMessage, AnyResponse]
  const stream = eventStream(made.lifecycle, response, retryMs === undefined ? {} : { retryMs })
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  t.after(() => answer.destroy())
  return { ...made, stream, response, answer }
}

test('events arrive as the standard writes them, and the drain ends the stream whole, with a hint to come back', async (t) => {
  const { lifecycle, host, stream, answer } = await open(t, 250)
  assert.equal(answer.headers['content-type'], 'text/event-stream')
  assert.equal(answer.headers['cache-control'], 'no-store')
  const body = text(answer)
  assert.equal(await stream.send('one\ntwo\r\nthree\rfour', { event: 'order', id: '7' }), true)
  assert.equal(await stream.send(''), true)
  const report = lifecycle.shutdown()
  assert.equal(stream.signal.aborted, false, 'the delay still serves')
  host.clock.advance(0)
  assert.equal(
    await body,
    'event: order\nid: 7\ndata: one\ndata: two\ndata: three\ndata: four\n\ndata: \n\nretry: 250\n\n',
  )
  assert.equal(answer.complete, true)
  assert.equal(stream.signal.aborted, true)
  assert.equal(await stream.send('late'), false)
  assert.equal((await report).forcedCloses.total, 0)
})

test('an event stream of HTTP/2 ends whole, without a reset (trap 24)', async (t) => {
  const { lifecycle, host } = makeLifecycle(t)
  const server = createHttp2Server()
  lifecycle.serve(server)
  await lifecycle.start()
  const client = connect(`http://127.0.0.1:${await openPort(server)}`)
  t.after(() => client.destroy())
  const request = client.request({ ':path': '/' })
  const [, response] = (await once(server, 'request')) as [unknown, AnyResponse]
  const stream = eventStream(lifecycle, response)
  await once(request, 'response')
  const body = text(request)
  assert.equal(await stream.send('x'), true)
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal(await body, 'data: x\n\nretry: 1000\n\n')
  assert.equal(request.rstCode, 0)
  assert.equal((await report).forcedCloses.total, 0)
})

test('send() waits for a client that does not read, once for all who send', async (t) => {
  const { stream, response, answer } = await open(t)
  answer.pause()
  const data = 'x'.repeat(1_000_000)
  const sends: Promise<boolean>[] = []
  while (!response.writableNeedDrain) {
    sends.push(stream.send(data))
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (let index = 0; index < 20; index++) sends.push(stream.send(data))
  assert.equal(response.listenerCount('drain'), 1)
  let sent = false
  void sends.at(-1)!.then(() => (sent = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(sent, false)
  const body = text(answer)
  assert.deepEqual(new Set(await Promise.all(sends)), new Set([true]))
  stream.end()
  assert.equal((await body).length, sends.length * (data.length + 'data: \n\n'.length))
})

test('a stream that waits for room again and again leaves no listener of its waits behind', async (t) => {
  const { stream, response, answer } = await open(t)
  const listeners = (): readonly number[] => ['close', 'drain'].map((event) => response.listenerCount(event))
  const before = listeners()
  const body = text(answer)
  let waits = 0
  // More than Node warns of; sending more would only take longer.
  while (waits < 12) {
    const sent = stream.send('x'.repeat(1_000_000))
    if (response.writableNeedDrain) waits++
    assert.equal(await sent, true)
  }
  assert.deepEqual(listeners(), before)
  stream.end()
  await body
})

test('a client that goes away aborts the signal, wakes who waits for room, and holds no drain', async (t) => {
  const { lifecycle, host, stream, response, answer } = await open(t)
  answer.pause()
  const waiting = stream.send('x'.repeat(50_000_000))
  assert.equal(response.writableNeedDrain, true)
  const aborted = once(stream.signal, 'abort')
  answer.destroy()
  await aborted
  assert.equal(await waiting, false)
  assert.equal(await stream.send('late'), false)
  stream.end()
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.equal((await report).clean, true)
})

test('end() ends the stream without a hint', async (t) => {
  const { stream, answer } = await open(t)
  void stream.send('x')
  stream.end()
  stream.end()
  assert.equal(await text(answer), 'data: x\n\n')
})

test('a stream that is opened after the drain began sends its client away at once', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { drainTimeoutMs: 10_000 })
  const server = makeServer(t, () => {})
  lifecycle.serve(server)
  await lifecycle.start()
  const request = get({ port: await openPort(server), host: '127.0.0.1', agent: false })
  const [, response] = (await once(server, 'request')) as [IncomingMessage, AnyResponse]
  const aborted = once(lifecycle.signal, 'abort')
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  await aborted
  const stream = eventStream(lifecycle, response)
  assert.equal(stream.signal.aborted, true)
  assert.equal(await stream.send('x'), false)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(await text(answer), 'retry: 1000\n\n')
  assert.equal((await report).clean, true)
})

test('a name or an id of several lines, and a retryMs that is none, are refused', async (t) => {
  const { lifecycle, stream, response } = await open(t)
  const refused = { name: LastcallError.name, code: 'LASTCALL_INVALID_OPTIONS' }
  await assert.rejects(stream.send('x', { event: 'a\nb' }), refused)
  await assert.rejects(stream.send('x', { id: 'a\rdata: b' }), refused)
  for (const retryMs of [-1, 1.5, Number.NaN, 2 ** 31])
    assert.throws(() => eventStream(lifecycle, response, { retryMs }), refused)
})

test('signalFor() is one signal a response, closed with it, and nothing is kept of it', async (t) => {
  const { lifecycle, stream, response } = await open(t)
  assert.equal(lifecycle.signalFor(response), stream.signal)
  stream.end()
  await once(response, 'close')
  assert.equal(stream.signal.aborted, true)
  assert.match(String(stream.signal.reason), /closed/)
  for (const wrong of [response.req, undefined, null, 7])
    assert.throws(() => lifecycle.signalFor(wrong as never), { code: 'LASTCALL_INVALID_OPTIONS' })
})
