import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { Target } from '../../../../src/load/sample.ts'
import { listen } from '../../../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

const CLIENTS = 6

/**
 * Sends an event every 5 ms, from `Last-Event-ID` + 1; what `onEvent` does with an event is up to the test.
 */
async function serve(
  t: TestContext,
  onEvent: (response: ServerResponse, id: number, nth: number) => void,
  type = 'text/event-stream; charset=utf-8',
): Promise<{ target: Target; streams: number; resumed: string[] }> {
  const served = { target: undefined as unknown as Target, streams: 0, resumed: [] as string[] }
  const server = createServer((request, response) => {
    served.streams++
    const after = request.headers['last-event-id']
    if (after !== undefined) served.resumed.push(String(after))
    const first = Number(after ?? 0) + 1
    let nth = 0
    response.writeHead(200, { 'content-type': type })
    const timer = setInterval(() => onEvent(response, first + nth, ++nth), 5)
    response.on('close', () => clearInterval(timer))
  })
  served.target = await listen(t, server)
  return served
}

const send = (response: ServerResponse, id: number): void => void response.write(`id: ${id}\ndata: x\n\n`)

test('the lane sse follows events on one connection a client', async (t) => {
  const served = await serve(t, send)
  const load = startLane(t, 'sse', () => served.target)
  await untilLoad(load, 'requests', 100)
  await load.stop()
  assert.deepEqual(documentOf(load).failures, [])
  assert.equal(served.streams, CLIENTS)
})

test('the lane sse goes on after the last event when a stream is ended, as soon as the server wants', async (t) => {
  const served = await serve(t, (response, id, nth) => {
    if (nth > 5) response.end('retry: 10\n\n')
    else send(response, id)
  })
  const load = startLane(t, 'sse', () => served.target)
  await untilLoad(load, 'requests', 120)
  await load.stop()
  assert.deepEqual(documentOf(load).failures, [])
  assert.ok(served.streams > 2 * CLIENTS)
  assert.ok(served.resumed.length > 0 && served.resumed.every((after) => Number(after) % 5 === 0))
})

for (const [how, code, onEvent] of [
  ['a stream that is cut', 'ECONNRESET', (response: ServerResponse) => response.destroy()],
  ['an event that is left out', 'SSE_GAP', (response: ServerResponse, id: number) => send(response, id + 1)],
  ['an event that comes twice', 'SSE_GAP', (response: ServerResponse, id: number) => send(response, id - 1)],
  [
    'an event without a number',
    'SSE_GAP',
    (response: ServerResponse) => void response.write('id: x\ndata: x\n\n'),
  ],
] as const) {
  test(`the lane sse fails ${how}`, async (t) => {
    const served = await serve(t, (response, id, nth) => {
      if (nth === 4) onEvent(response, id)
      else if (nth < 4) send(response, id)
    })
    const load = startLane(t, 'sse', () => served.target)
    await untilLoad(load, 'failed', 3)
    await load.stop()
    const { failures } = documentOf(load)
    assert.deepEqual([failures[0]!.error?.code, failures[0]!.error?.stage], [code, 'body'])
  })
}

test('the lane sse fails a gap that is between two streams', async (t) => {
  const served = await serve(t, (response, id, nth) => {
    if (nth === 4) response.end('retry: 1\n\n')
    // A server that forgets what happened while its client was away.
    else send(response, id > 3 ? id + 1 : id)
  })
  const load = startLane(t, 'sse', () => served.target)
  await untilLoad(load, 'failed', 3)
  assert.match(documentOf(load).failures[0]!.error!.message, /^event 5 came after event 3$/)
})

test('the lane sse fails a stream that ends with its connection, which is how a cut looks', async (t) => {
  const server = createServer((_, response) => {
    response.socket?.end(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nid: 1\ndata: x\n\n',
    )
  })
  const target = await listen(t, server)
  const load = startLane(t, 'sse', () => target)
  await untilLoad(load, 'failed', 3)
  assert.equal(
    documentOf(load).failures.find(({ error }) => error?.code !== 'SSE_GAP')?.error?.code,
    'SSE_CUT',
  )
})

test('the lane sse fails answers that are no event stream, and says when nobody answers', async (t) => {
  const plain = await serve(t, send, 'text/plain')
  const missing = await listen(
    t,
    createServer((_, response) => response.writeHead(404).end()),
  )
  for (const [target, wanted] of [
    [plain.target, ['SSE_TYPE', 200, 'pod-1']],
    [missing, ['HTTP_404', 404, 'pod-1']],
    [{ host: '127.0.0.1', port: 1, name: 'pod-2' }, ['ECONNREFUSED', undefined, 'pod-2']],
    [undefined, ['ECONNREFUSED', undefined, undefined]],
  ] as const) {
    const load = startLane(t, 'sse', () => target)
    await untilLoad(load, 'failed', 3)
    await load.stop()
    const { error, status, target: pod } = documentOf(load).failures[0]!
    assert.deepEqual([error?.code, status, pod], wanted)
  }
})

test('the lane sse gives a stream up on which no event comes in time, and connects anew', async (t) => {
  const served = await serve(t, (response, id, nth) => nth === 1 && send(response, id))
  const load = startLane(t, 'sse', () => served.target, { timeoutMs: 100 })
  await untilLoad(load, 'failed', 2 * CLIENTS)
  await load.stop()
  const { failures } = documentOf(load)
  assert.ok(failures.every(({ error }) => error?.code === 'CLIENT_TIMEOUT'))
  assert.ok(served.streams >= 2 * CLIENTS)
})
