import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { eventStream } from '../../../src/node/streams/event-stream.ts'
import { makeLifecycle, makeServer, openPort } from '../../helpers/lifecycle.ts'

const head = 'GET /events HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\n\r\n'

/** Connects, and tells how that went: refused, or accepted by somebody. */
async function dial(port: number): Promise<{ readonly socket: Socket; readonly error: string | undefined }> {
  const socket = connect({ port, host: '127.0.0.1' })
  return new Promise((resolve) => {
    socket.once('connect', () => resolve({ socket, error: undefined }))
    socket.once('error', (error: NodeJS.ErrnoException) => resolve({ socket, error: error.code }))
  })
}

/**
 * An event stream's client that comes back in the very turn in which its stream ends. Resolves to how that
 * went.
 */
async function comeBack(t: TestContext, port: number): Promise<string | undefined> {
  const { socket } = await dial(port)
  t.after(() => socket.destroy())
  socket.write(head)
  const ended = Promise.withResolvers<string | undefined>()
  let received = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text
    if (!received.endsWith('0\r\n\r\n')) return
    socket.removeAllListeners('data')
    void dial(port).then((again) => {
      again.socket.destroy()
      ended.resolve(again.error)
    })
  })
  return ended.promise
}

test('a client that comes back the moment its event stream ends is refused, not accepted by the draining process', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  const server = makeServer(t, (_, response) => void eventStream(lifecycle, response))
  lifecycle.serve(server)
  // Another server of the process has to be closed as well before any stream ends.
  const other = lifecycle.serve(makeServer(t))
  const port = await openPort(server)
  // A server that its own process asks closes last. The clients are of this process, so both have to be such
  // servers.
  const asked = await dial(await openPort(other))
  t.after(() => asked.socket.destroy())
  await lifecycle.start()
  const clients = 20
  let accepted = 0
  server.on('connection', () => accepted++)
  let opened = 0
  const allOpen = Promise.withResolvers<void>()
  server.on('request', () => void (++opened === clients && allOpen.resolve()))
  const returning = Array.from({ length: clients }, () => comeBack(t, port))
  await allOpen.promise
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  assert.deepEqual(new Set(await Promise.all(returning)), new Set(['ECONNREFUSED']))
  assert.equal(accepted, clients)
  assert.equal((await report).clean, true)
})

const kinds = { 'node:http': () => createServer(), 'node:http2': () => createHttp2Server() }

for (const [kind, make] of Object.entries(kinds)) {
  test(`lifecycle.signal is aborted when no server of ${kind} listens any more, and before connectionsDrained`, async (t) => {
    const { lifecycle, host, events } = makeLifecycle(t, { probePort: false })
    const servers = [make(), make(), make()]
    for (const server of servers) await openPort(lifecycle.serve(server))
    await lifecycle.start()
    const seen: unknown[] = []
    lifecycle.signal.addEventListener('abort', () => {
      seen.push(
        servers.map(({ listening }) => listening),
        events().includes('connectionsDrained'),
      )
    })
    const report = lifecycle.shutdown()
    host.clock.advance(0)
    assert.equal(lifecycle.signal.aborted, false)
    await report
    assert.deepEqual(seen, [[false, false, false], false])
  })
}

test('lifecycle.signal is aborted at once where nothing is served, and at the deadline where a listener cannot be closed in time', async (t) => {
  const idle = makeLifecycle(t, { probePort: false })
  await idle.lifecycle.start()
  void idle.lifecycle.shutdown()
  idle.host.clock.advance(0)
  assert.equal(idle.lifecycle.signal.aborted, true)

  const late = makeLifecycle(t, { probePort: false, drainTimeoutMs: 1_000 })
  await openPort(late.lifecycle.serve(makeServer(t)))
  await late.lifecycle.start()
  void late.lifecycle.shutdown()
  late.host.clock.advance(0)
  assert.equal(late.lifecycle.signal.aborted, false)
  late.host.clock.advance(1_000)
  assert.equal(late.lifecycle.signal.aborted, true)
})

test('a stream of HTTP/2 that ends with the signal ends whole, after the listener is closed', async (t) => {
  const { lifecycle, host } = makeLifecycle(t, { probePort: false })
  const server = createHttp2Server((_, response) => void eventStream(lifecycle, response))
  const port = await openPort(lifecycle.serve(server))
  await lifecycle.start()
  const client = connectHttp2(`http://127.0.0.1:${port}`)
  t.after(() => client.destroy())
  const stream = client.request({ ':path': '/' })
  stream.resume()
  await once(stream, 'response')
  const report = lifecycle.shutdown()
  host.clock.advance(0)
  await once(stream, 'end')
  assert.equal((await dial(port)).error, 'ECONNREFUSED')
  assert.equal((await report).clean, true)
})
