import assert from 'node:assert/strict'
import { constants, createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { LaneDocument } from '../../../../src/load/load-document.ts'
import { HTTP2_CLIENTS } from '../../../../src/load/lanes/http2/http2.ts'
import type { Target } from '../../../../src/load/sample.ts'
import { eventually } from '../../../helpers/eventually.ts'
import { listen } from '../../../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../../../helpers/load.ts'

/** An h2c server beside whatever is on `port`, which has to be left alone. */
async function listenHttp2(
  t: TestContext,
  onStream: (stream: ServerHttp2Stream) => void,
): Promise<{ target: Target; sessions: ServerHttp2Session[] }> {
  const server = createServer()
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => {
    session.on('error', () => undefined)
    sessions.push(session)
  })
  server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    onStream(stream)
  })
  const { port, ...rest } = await listen(t, server as unknown as Server)
  return { target: { ...rest, port: 1, http2Port: port }, sessions }
}

function echo(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200 })
  stream.pipe(stream)
}

function laneOf(load: ReturnType<typeof startLane>): LaneDocument {
  const [lane] = documentOf(load).lanes
  return lane!
}

test('the lane http2 sends streams on one session a client, to the port of its own', async (t) => {
  const { target, sessions } = await listenHttp2(t, echo)
  const load = startLane(t, 'http2', () => target)
  await untilLoad(load, 'requests', 60)
  await load.stop()
  assert.deepEqual(documentOf(load).failures, [])
  assert.equal(sessions.length, 8)
  assert.deepEqual([laneOf(load).failed, laneOf(load).counts], [0, {}])
})

test('the lane http2 opens a new session when the server says GOAWAY, and loses nothing that was processed', async (t) => {
  const answered = new Map<ServerHttp2Session, number>()
  const { target, sessions } = await listenHttp2(t, (stream) => {
    const session = stream.session as ServerHttp2Session
    setTimeout(() => {
      echo(stream)
      answered.set(session, (answered.get(session) ?? 0) + 1)
      // Every second try that it was opened for has arrived by then.
      if (answered.get(session) === 6) session.close()
    }, 20)
  })
  const load = startLane(t, 'http2', () => target, { ratePerSecond: 400 })
  await eventually('new sessions', () => sessions.length >= 3 * HTTP2_CLIENTS)
  await load.stop()
  assert.deepEqual([documentOf(load).failures, laneOf(load).failed], [[], 0])
})

const refusals = {
  REFUSED_STREAM: (stream: ServerHttp2Stream) => {
    if (stream.id! < 5) echo(stream)
    else stream.close(constants.NGHTTP2_REFUSED_STREAM)
  },
  'a GOAWAY with a lower last stream': (stream: ServerHttp2Stream) => {
    if (stream.id! < 3) return echo(stream)
    stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 1)
    setImmediate(() => stream.session?.destroy())
  },
}
for (const [what, refuse] of Object.entries(refusals)) {
  test(`the lane http2 sends a stream once more on a new connection after ${what}, and counts it`, async (t) => {
    const first = await listenHttp2(t, refuse)
    // Second tries share sessions when the machine is busy, so that theirs must refuse nothing.
    const later = await listenHttp2(t, echo)
    let picked = 0
    const load = startLane(t, 'http2', () => (picked++ < HTTP2_CLIENTS ? first.target : later.target))
    await untilLoad(load, 'refused', 5)
    await load.stop()
    assert.deepEqual([documentOf(load).failures, laneOf(load).failed], [[], 0])
    assert.notEqual(later.sessions.length, 0)
  })
}

test('the lane http2 fails a stream that is refused on the new connection as well', async (t) => {
  const { target } = await listenHttp2(t, (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM))
  const load = startLane(t, 'http2', () => target)
  await untilLoad(load, 'failed', 5)
  await load.stop()
  const {
    requests,
    failed,
    counts: { refused = 0 },
  } = laneOf(load)
  assert.deepEqual([failed, refused], [requests, 2 * requests])
  assert.equal(documentOf(load).failures[0]!.error?.code, 'HTTP2_REFUSED')
})

for (const [how, end] of [
  ['reset before the answer', (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_CANCEL)],
  // Not inside of the event: Node aborts when data of the stream has been read already (nodejs/node#64850).
  [
    'cut with its connection',
    (stream: ServerHttp2Stream) => void setImmediate(() => stream.session?.destroy()),
  ],
  [
    'cut in its answer',
    (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 200 })
      stream.write('{"id":', () => stream.session?.destroy())
    },
  ],
  [
    'answered with another status',
    (stream: ServerHttp2Stream) => stream.respond({ ':status': 503 }, { endStream: true }),
  ],
  ['answered with another id', (stream: ServerHttp2Stream) => (stream.respond(), stream.end('{"id":"x"}'))],
] as const) {
  test(`the lane http2 fails a stream that is ${how}, without sending it again`, async (t) => {
    let streams = 0
    const { target } = await listenHttp2(t, (stream) => {
      streams++
      end(stream)
    })
    const load = startLane(t, 'http2', () => target)
    await untilLoad(load, 'failed', 5)
    await load.stop()
    const {
      requests,
      failed,
      counts: { refused = 0 },
    } = laneOf(load)
    assert.deepEqual([failed, refused, streams], [requests, 0, requests])
  })
}

test('the lane http2 fails when nobody listens, and when no endpoint is ready', async (t) => {
  const nobody = startLane(t, 'http2', () => ({ host: '127.0.0.1', port: 1, name: 'pod-1' }))
  const none = startLane(t, 'http2', () => undefined)
  await untilLoad(nobody, 'failed', 3)
  await untilLoad(none, 'failed', 3)
  const [first] = documentOf(nobody).failures
  assert.deepEqual(
    [first!.error?.code, first!.error?.stage, first!.target, first!.remotePort],
    ['ECONNREFUSED', 'connect', 'pod-1', 1],
  )
  const [second] = documentOf(none).failures
  assert.deepEqual([second!.error?.code, second!.remotePort], ['ECONNREFUSED', undefined])
})

test('the lane http2 gives a stream up after its time-out', async (t) => {
  const { target } = await listenHttp2(t, () => undefined)
  const load = startLane(t, 'http2', () => target, { timeoutMs: 50 })
  await untilLoad(load, 'failed', 3)
  assert.equal(documentOf(load).failures[0]!.error?.code, 'CLIENT_TIMEOUT')
})
