import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { LaneDocument } from '../../../../src/load/load-document.ts'
import type { Target } from '../../../../src/load/sample.ts'
import { listen } from '../../../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

const CLIENTS = 8

interface Served {
  readonly target: Target
  readonly sockets: Set<WebSocket>
  opened: number
}

/** A WebSocket server on /ws; `onMessage` gets each message with its number on its connection. */
async function serve(
  t: TestContext,
  onMessage: (socket: WebSocket, text: string, nth: number) => void,
): Promise<Served> {
  const server: Server = createServer()
  const sockets = new Set<WebSocket>()
  const ws = new WebSocketServer({ server, path: '/ws' })
  const served: Served = { target: await listen(t, server), sockets, opened: 0 }
  ws.on('connection', (socket) => {
    served.opened++
    sockets.add(socket)
    let nth = 0
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.on('message', (bytes: Buffer) => onMessage(socket, bytes.toString(), ++nth))
  })
  return served
}

const echo = (socket: WebSocket, text: string): void => socket.send(text)

function laneOf(load: ReturnType<typeof startLane>): LaneDocument {
  const [lane] = documentOf(load).lanes
  return lane!
}

test('the lane websocket gets every message back, on one connection a client, and closes with 1000', async (t) => {
  const served = await serve(t, (socket, text, nth) => {
    if (nth === 2) socket.ping('are you there')
    // Naive echoes answer a text with a binary frame.
    socket.send(nth % 2 === 0 ? Buffer.from(text) : text)
  })
  const codes: number[] = []
  const load = startLane(t, 'websocket', () => served.target)
  await untilLoad(load, 'requests', 60)
  for (const socket of served.sockets) socket.on('close', (code) => codes.push(code))
  const closed = Promise.all(
    [...served.sockets].map((socket) => new Promise((done) => socket.once('close', done))),
  )
  await load.stop()
  await closed
  assert.deepEqual(documentOf(load).failures, [])
  assert.equal(served.opened, CLIENTS)
  assert.deepEqual(
    codes,
    Array.from({ length: CLIENTS }, () => 1000),
  )
  assert.deepEqual([laneOf(load).failed, laneOf(load).counts], [0, {}])
})

for (const code of [1001, 1000]) {
  test(`the lane websocket is back at once when the server closes with ${code}, and sends unanswered messages once more`, async (t) => {
    const served = await serve(t, (socket, text, nth) => {
      // The third message of every connection is swallowed by the close.
      if (nth === 3) socket.close(code)
      else if (nth < 3) echo(socket, text)
    })
    const load = startLane(t, 'websocket', () => served.target)
    await untilLoad(load, 'resent', 10)
    await load.stop()
    const {
      failed,
      counts: { resent = 0 },
    } = laneOf(load)
    assert.deepEqual([documentOf(load).failures, failed], [[], 0])
    assert.ok(resent >= 10 && served.opened > CLIENTS)
  })
}

test('the lane websocket fails a message that the new connection swallows as well', async (t) => {
  const served = await serve(t, (socket) => socket.close(1001))
  const load = startLane(t, 'websocket', () => served.target)
  await untilLoad(load, 'failed', 5)
  await load.stop()
  const {
    failed,
    requests,
    counts: { resent = 0 },
  } = laneOf(load)
  assert.deepEqual([failed, resent], [requests, requests])
  assert.equal(documentOf(load).failures[0]!.error?.code, 'WEBSOCKET_1001')
})

for (const [how, code, end] of [
  ['cut', 'WEBSOCKET_1006', (socket: WebSocket) => socket.terminate()],
  ['closed with 1011', 'WEBSOCKET_1011', (socket: WebSocket) => socket.close(1011)],
] as const) {
  test(`the lane websocket fails what was unanswered when the connection is ${how}, without sending it again`, async (t) => {
    const served = await serve(t, (socket) => end(socket))
    const load = startLane(t, 'websocket', () => served.target)
    await untilLoad(load, 'failed', 5)
    await load.stop()
    const {
      failed,
      requests,
      counts: { resent = 0 },
    } = laneOf(load)
    assert.deepEqual([failed, resent], [requests, 0])
    assert.equal(documentOf(load).failures[0]!.error?.code, code)
  })

  test(`the lane websocket fails a connection that is ${how} while nothing is unanswered`, async (t) => {
    const served = await serve(t, echo)
    const load = startLane(t, 'websocket', () => served.target, { ratePerSecond: 2 })
    await untilLoad(load, 'requests', 1)
    for (const socket of served.sockets) end(socket)
    await untilLoad(load, 'failed', 1)
    await load.stop()
    assert.deepEqual([documentOf(load).failures[0]!.error?.code, laneOf(load).failed], [code, 1])
  })
}

test('the lane websocket fails when the upgrade is refused, when nobody listens, and when no endpoint is ready', async (t) => {
  const refusing = await listen(
    t,
    createServer().on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 503 Leaving\r\nContent-Length: 0\r\n\r\n'),
    ),
  )
  for (const [target, wanted] of [
    [refusing, ['HTTP_503', 'wait', 'pod-1', 503]],
    [{ host: '127.0.0.1', port: 1, name: 'pod-2' }, ['ECONNREFUSED', 'connect', 'pod-2', undefined]],
    [undefined, ['ECONNREFUSED', 'connect', undefined, undefined]],
  ] as const) {
    const load = startLane(t, 'websocket', () => target)
    await untilLoad(load, 'failed', 3)
    await load.stop()
    const { error, target: pod, status } = documentOf(load).failures[0]!
    assert.deepEqual([error?.code, error?.stage, pod, status], wanted)
  }
})

test('the lane websocket gives a message up after its time-out, and a server that speaks no WebSocket', async (t) => {
  const silent = await serve(t, () => undefined)
  const load = startLane(t, 'websocket', () => silent.target, { timeoutMs: 50 })
  await untilLoad(load, 'failed', 3)
  assert.equal(documentOf(load).failures[0]!.error?.code, 'CLIENT_TIMEOUT')
  const babbling = createServer()
  new WebSocketServer({ server: babbling }).on('connection', (_, { socket }) => {
    socket.write('hello, this is no frame')
  })
  const target = await listen(t, babbling)
  const confused = startLane(t, 'websocket', () => target)
  await untilLoad(confused, 'failed', 3)
  const { code, message } = documentOf(confused).failures[0]!.error!
  assert.equal(code, 'WEBSOCKET_1006')
  assert.match(message, /lost without a close frame \(Invalid WebSocket frame/)
})

test('the lane websocket leaves no connection behind abandon(), answered or not', async (t) => {
  const silent = await serve(t, () => undefined)
  const load = startLane(t, 'websocket', () => silent.target)
  for (const end = performance.now() + 5_000; silent.sockets.size < CLIENTS;) {
    assert.ok(performance.now() < end, `${silent.sockets.size} connections in 5 s`)
    await sleep(5)
  }
  load.abandon()
  for (const end = performance.now() + 3_000; silent.sockets.size > 0;) {
    assert.ok(performance.now() < end, `${silent.sockets.size} connections were left for 3 s`)
    await sleep(5)
  }
})
