import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { HttpClient } from '../../src/load/http1/client.ts'
import { successStatuses } from '../../src/load/plain-request.ts'
import { sendRequest } from '../../src/load/request.ts'
import { isOwnFailure, type PickTarget, readClocks, type Sample } from '../../src/load/sample.ts'
import type { RequestSpec } from '../../src/load/trace.ts'
import { answer } from '../fixtures/answer.ts'
import { listen } from '../helpers/listen.ts'

type Send = (parts?: Partial<RequestSpec>) => Promise<Sample>

/** A virtual client with one connection. */
function openClient(t: TestContext, pickTarget: PickTarget): Send {
  const client = new HttpClient(pickTarget, true)
  t.after(() => client.destroy())
  const spec = {
    lane: 'keep-alive',
    id: 'id-1',
    method: 'POST',
    path: '/echo',
    body: '{"id":"id-1"}',
  } as const
  const rest = {
    headers: { host: 'localhost' },
    expectStatus: successStatuses,
    checkEcho: true,
    timeoutMs: 5_000,
    client,
  }
  return (parts) => sendRequest({ ...spec, ...rest, scheduledAt: readClocks(), ...parts })
}

/** A server that gives the test each request's bytes and the raw connection. */
function createRawServer(
  onRequest: (socket: Socket, nth: number) => void,
): ReturnType<typeof createTcpServer> {
  let nth = 0
  return createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', () => onRequest(socket, ++nth))
  })
}

test('sendRequest records where a request went, on what connection and how long each part took', async (t) => {
  const target = await listen(t, createServer(answer))
  const send = openClient(t, () => target)
  const first = await send()
  const second = await send()
  assert.equal(first.error, undefined)
  assert.deepEqual(
    [first.status, first.bytes, first.target, first.remotePort],
    [200, 13, 'pod-1', target.port],
  )
  assert.ok(first.connectMs! <= first.firstByteMs! && first.firstByteMs! <= first.endMs)
  assert.deepEqual([first.nthOnSocket, first.idleMs, second.nthOnSocket], [1, undefined, 2])
  assert.equal(second.localPort, first.localPort)
  assert.ok(second.idleMs! >= 0)
})

test('sendRequest tells a refused connection', async (t) => {
  const server = createServer()
  const target = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  const { ok, error, target: pod } = await openClient(t, () => target)()
  assert.deepEqual(
    [ok, error?.code, error?.syscall, error?.stage, pod],
    [false, 'ECONNREFUSED', 'connect', 'connect', 'pod-1'],
  )
})

test('sendRequest is refused, with no target, when no endpoint is ready', async (t) => {
  const { error, target, remotePort } = await openClient(t, () => undefined)()
  assert.deepEqual(
    [error?.code, error?.stage, target, remotePort],
    ['ECONNREFUSED', 'connect', undefined, undefined],
  )
})

test('sendRequest tells a reset on a new connection, once, without sending again', async (t) => {
  let requests = 0
  const target = await listen(
    t,
    createRawServer((socket, nth) => {
      requests = nth
      socket.resetAndDestroy()
    }),
  )
  const { error, nthOnSocket } = await openClient(t, () => target)()
  assert.deepEqual([error?.code, error?.stage, nthOnSocket, requests], ['ECONNRESET', 'wait', 1, 1])
})

test('sendRequest tells a connection that is closed under its second request', async (t) => {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"id":"id-1"}'
  const server = createRawServer((socket, nth) => (nth === 1 ? socket.write(ok) : socket.destroy()))
  const target = await listen(t, server)
  const send = openClient(t, () => target)
  assert.equal((await send()).error, undefined)
  const { error, nthOnSocket, idleMs } = await send()
  assert.deepEqual([error?.code, error?.stage, nthOnSocket], ['ECONNRESET', 'wait', 2])
  assert.ok(idleMs! >= 0)
})

test('sendRequest tells an answer that breaks off', async (t) => {
  const server = createRawServer((socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'),
  )
  const target = await listen(t, server)
  const { error, status, bytes } = await openClient(t, () => target)()
  assert.deepEqual([error?.code, error?.stage, status, bytes], ['ECONNRESET', 'body', 200, 5])
})

test('sendRequest fails an answer with a status that is not 2xx', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => response.writeHead(503).end('leaving\nsoon')),
  )
  const { error, status } = await openClient(t, () => target)()
  assert.deepEqual([error?.code, error?.message, status], ['HTTP_503', 'answered 503: leaving', 503])
})

test('sendRequest fails an answer to another request, also when it is no JSON', async (t) => {
  const bodies = ['{"id":"id-2"}', 'hello', 'null']
  const server = createServer((_, response) => response.end(bodies.shift()))
  const target = await listen(t, server)
  const send = openClient(t, () => target)
  for (const sample of [await send(), await send(), await send()])
    assert.equal(sample.error?.code, 'WRONG_ECHO')
})

test('sendRequest gives up after its time-out, before the answer and in the middle of it', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/half') response.write('half')
  })
  const target = await listen(t, server)
  const send = openClient(t, () => target)
  const never = await send({ timeoutMs: 50 })
  const half = await send({ timeoutMs: 50, path: '/half' })
  assert.deepEqual([never.error?.code, never.error?.stage], ['CLIENT_TIMEOUT', 'wait'])
  assert.deepEqual([half.error?.code, half.error?.stage, half.bytes], ['CLIENT_TIMEOUT', 'body', 4])
})

test('sendRequest fails a redirection and every other status that is not 2xx, and no 2xx', async (t) => {
  const statuses = [200, 204, 299, 300, 301, 304, 307, 399, 400, 404, 500, 599]
  const server = createServer((request, response) => {
    response.writeHead(Number(request.headers['content-length'])).end()
  })
  const target = await listen(t, server)
  const send = openClient(t, () => target)
  for (const status of statuses) {
    const { error } = await send({ checkEcho: false, body: 'x'.repeat(status) })
    assert.equal(error?.code, status < 300 ? undefined : `HTTP_${status}`, `${status}`)
  }
})

test('sendRequest blames itself when its time-out comes more than a second late', async (t) => {
  const server = createServer((_, response) => {
    // The client's process is this one: nothing of it runs in these 1.3 s.
    for (const end = performance.now() + 1_300; performance.now() < end;);
    response.end('late')
  })
  const target = await listen(t, server)
  const sample = await openClient(t, () => target)({ timeoutMs: 100 })
  assert.equal(sample.error?.code, 'GENERATOR_STALLED')
  assert.match(
    sample.error.message,
    /within 100 ms; the load generator stalled, the time-out came \d{4,} ms late/,
  )
  assert.equal(isOwnFailure(sample), true)
})

test('sendRequest counts a large answer whole and keeps only its beginning', async (t) => {
  const body = JSON.stringify({ padding: 'x'.repeat(200_000), id: 'id-1' })
  const target = await listen(
    t,
    createServer((_, response) => response.end(body)),
  )
  const { bytes, error } = await openClient(t, () => target)()
  assert.deepEqual([bytes, error?.code], [body.length, 'WRONG_ECHO'])
  assert.equal(error?.message.length, 'sent id id-1, got '.length + 120)
})

test('sendRequest sends text beyond ASCII whole, and says when an answer has no body', async (t) => {
  const target = await listen(
    t,
    createServer((request, response) => {
      if (request.url === '/empty') response.writeHead(503).end()
      else request.pipe(response)
    }),
  )
  const send = openClient(t, () => target)
  assert.equal((await send({ id: 'é', body: '{"id":"é"}' })).error, undefined)
  assert.equal((await send({ path: '/empty' })).error?.message, 'answered 503: (empty body)')
})

test('sendRequest leaves no timer behind', async (t) => {
  const target = await listen(t, createServer(answer))
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const send = openClient(t, () => target)
  await send({ timeoutMs: 60_000 })
  await send({ timeoutMs: 60_000, path: '/nowhere' })
  assert.ok(timers() <= before, `${timers()} timers, ${before} before`)
})
