import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type TestContext, test } from 'node:test'
import { WebSocketServer } from 'ws'
import type { Sample, Target } from '../../src/load/sample.ts'
import { listen } from '../helpers/listen.ts'
import { startLane, untilLoad } from '../helpers/load.ts'

/** Runs a lane until something has failed, and returns the first failure. */
async function firstFailure(
  t: TestContext,
  ...[lane, target, options = {}]: [Parameters<typeof startLane>[1], Target, Parameters<typeof startLane>[3]?]
): Promise<Sample> {
  const load = startLane(t, lane, () => target, options)
  await untilLoad(load, 'failed', 1)
  const [failure] = load.record().failures
  load.abandon()
  assert.ok(failure)
  return failure
}

/** What every failure behind an answer has to say, whichever protocol brought it. */
function assertFacts(failure: Sample, target: Target, status: number): void {
  const { scheduledAt, startedAt, connectMs, firstByteMs, endMs } = failure
  const { remoteAddress, remotePort, bytes, nthOnSocket, idleMs } = failure
  assert.ok(startedAt.monotonicMs >= scheduledAt.monotonicMs - 1, 'started before it was due')
  assert.ok(connectMs !== undefined && connectMs >= 0, `connected after ${connectMs} ms`)
  assert.ok(firstByteMs !== undefined && firstByteMs >= connectMs, `first byte after ${firstByteMs} ms`)
  assert.ok(endMs >= firstByteMs && endMs < performance.now(), `ended after ${endMs} ms`)
  assert.deepEqual(
    [failure.ok, failure.target, remoteAddress, remotePort, failure.status],
    [false, target.name, target.host, target.http2Port ?? target.port, status],
  )
  assert.ok((failure.localPort ?? 0) > 0 && bytes > 0, `${bytes} bytes from port ${failure.localPort}`)
  // The second one on its connection, which had been unused for a while.
  assert.equal(nthOnSocket, 2)
  assert.ok(idleMs !== undefined && idleMs >= 0 && idleMs < performance.now(), `idle for ${idleMs} ms`)
}

/** Answers the first request of each connection as it should be, and the second one with another id. */
function wrongAtSecond(): Server {
  const seen = new WeakSet()
  return createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      response.end(seen.has(request.socket) ? '{"id":"another"}' : body)
      seen.add(request.socket)
    })
  })
}

test('a failure of keep-alive tells its connection, its times and its answer', async (t) => {
  const target = await listen(t, wrongAtSecond())
  const failure = await firstFailure(t, 'keep-alive', target)
  assertFacts(failure, target, 200)
  assert.deepEqual([failure.method, failure.bytes], ['POST', '{"id":"another"}'.length])
})

test('a failure of http2 tells its connection, its times and its answer', async (t) => {
  const server = createHttp2Server()
  server.on('session', (session) => session.on('error', () => {}))
  server.on('stream', (stream) => {
    stream.on('error', () => {}).respond({ ':status': 200 })
    if (stream.id === 1) stream.pipe(stream)
    else stream.end('{"id":"another"}')
  })
  const { port, ...rest } = await listen(t, server as unknown as Server)
  const target = { ...rest, port: 1, http2Port: port }
  const failure = await firstFailure(t, 'http2', target, { ratePerSecond: 2 })
  assertFacts(failure, target, 200)
  assert.equal(failure.bytes, '{"id":"another"}'.length)
})

test('a failure of sse tells its connection, its times and its event', async (t) => {
  const server = createServer((_, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('id: 1\ndata: x\n\n')
    setTimeout(() => response.write('id: 3\ndata: x\n\n'), 20)
  })
  const target = await listen(t, server)
  const failure = await firstFailure(t, 'sse', target)
  assertFacts(failure, target, 200)
  assert.equal(failure.bytes, 'id: 3\ndata: x\n\n'.length)
})

test('a message of websocket that is not answered tells its connection, and when it was given up', async (t) => {
  const server = createServer()
  const ws = new WebSocketServer({ server, path: '/ws' })
  ws.on('connection', (socket) => {
    let nth = 0
    socket.on('error', () => {})
    socket.on('message', (bytes: Buffer) => ++nth === 1 && socket.send(bytes.toString()))
  })
  const target = await listen(t, server)
  const failure = await firstFailure(t, 'websocket', target, { timeoutMs: 2_000, ratePerSecond: 2 })
  const { nthOnSocket, status, error, endMs, firstByteMs, bytes, remotePort } = failure
  assert.deepEqual(
    [nthOnSocket, status, error?.code, error?.stage, firstByteMs, bytes, remotePort, failure.target],
    [2, 101, 'CLIENT_TIMEOUT', 'wait', undefined, 0, target.port, target.name],
  )
  assert.ok(endMs >= 1_999 && (failure.idleMs ?? -1) >= 0, `given up after ${endMs} ms`)
})

test('a request whose client is refused tells whom it asked for, and no answer', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  for (const lane of ['new-connections', 'keep-alive'] as const) {
    const failure = await firstFailure(t, lane, { host: '127.0.0.1', port, name: 'gone' })
    const { error, target, remoteAddress, remotePort, localPort, status, bytes, idleMs } = failure
    assert.deepEqual(
      [error?.code, error?.syscall, error?.stage, target, remoteAddress, remotePort],
      ['ECONNREFUSED', 'connect', 'connect', 'gone', '127.0.0.1', port],
    )
    assert.deepEqual([localPort, status, bytes, idleMs], [undefined, undefined, 0, undefined])
    assert.deepEqual([failure.connectMs, failure.firstByteMs], [undefined, undefined])
  }
})
