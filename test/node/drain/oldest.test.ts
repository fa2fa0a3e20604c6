import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import { drainable, Gate, startDrained } from './setup.ts'

/** Lets the clock of the connections go on by this much at each call. */
function clock(t: TestContext): (ms: number) => void {
  const real = performance.now.bind(performance)
  let ahead = 0
  t.mock.method(performance, 'now', () => real() + ahead)
  return (ms) => void (ahead += ms)
}

/** Whole minutes: what the test itself takes does not count. */
const minutes = (ms: number): number => Math.floor(ms / 60_000)

test('the age of the oldest request is that of the one that waits longest, and 0 without any', async (t) => {
  const turn = clock(t)
  const gates = [new Gate(), new Gate()]
  const { adapter, client } = await startDrained(t, async (request, response) => {
    await gates[Number(request.url?.slice(1))]?.pass()
    response.end('done')
  })
  assert.deepEqual(adapter.snapshot().oldestInFlightMs, { request: 0, stream: 0, upgrade: 0 })
  const [first, second] = [await client(), await client()]
  for (const [index, one] of [first, second].entries()) {
    one.get(`/${index}`)
    await gates[index]!.entered
    turn(60_000)
  }
  assert.equal(minutes(adapter.snapshot().oldestInFlightMs.request), 2)
  gates[0]!.open()
  await first.response()
  assert.equal(minutes(adapter.snapshot().oldestInFlightMs.request), 1)
  gates[1]!.open()
  await second.response()
  assert.equal(adapter.snapshot().oldestInFlightMs.request, 0)
})

test('of pipelined requests each keeps its own age, also when it is force-closed', async (t) => {
  const turn = clock(t)
  let arrived = Promise.withResolvers<void>()
  const { adapter, client } = await startDrained(t, () => arrived.resolve())
  const one = await client()
  for (let count = 0; count < 3; count++) {
    arrived = Promise.withResolvers()
    one.get(`/${count}`)
    await arrived.promise
    turn(60_000)
  }
  assert.equal(adapter.snapshot().inFlight.request, 3)
  assert.equal(minutes(adapter.snapshot().oldestInFlightMs.request), 3)
  void adapter.drain()
  assert.deepEqual(
    adapter.forceClose().map(({ ageMs }) => minutes(ageMs)),
    [3, 2, 1],
  )
})

test('a half-sent request is as old as its connection', async (t) => {
  const turn = clock(t)
  const { adapter, client, server } = await startDrained(t, (_, response) => response.end())
  const accepted = once(server, 'connection')
  const one = await client()
  const [socket] = await accepted
  const arrived = Promise.withResolvers<void>()
  // Node's parser reads the handle itself; only the count of bytes tells that some have come.
  const poll = (): void => void (socket.bytesRead > 0 ? arrived.resolve() : setImmediate(poll))
  one.send('GET / HTTP/1.1\r\n')
  poll()
  await arrived.promise
  turn(60_000)
  assert.equal(minutes(adapter.snapshot().oldestInFlightMs.request), 1)
})

test('HTTP/2 streams have their own age', async (t) => {
  const turn = clock(t)
  const server = createHttp2Server()
  const { adapter, port } = await drainable(t, server)
  const session = connect(`http://127.0.0.1:${port}`)
  t.after(() => session.destroy())
  for (let count = 0; count < 2; count++) {
    const arrived = once(server, 'stream')
    session.request({ ':path': '/' }).on('error', () => {})
    await arrived
    turn(60_000)
  }
  const { request, stream, upgrade } = adapter.snapshot().oldestInFlightMs
  assert.deepEqual([request, minutes(stream), upgrade], [0, 2, 0])
})

test('an upgraded connection and a raw one are as old as their upgrade and their connection', async (t) => {
  const turn = clock(t)
  const upgrading = createServer()
  upgrading.on('upgrade', (_request, socket) => void socket.write('HTTP/1.1 101 Go on\r\n\r\n'))
  const raw = createTcpServer((socket) => socket.on('error', () => {}).resume())
  const [http, tcp] = [await drainable(t, upgrading), await drainable(t, raw)]
  const chat = await http.client()
  chat.send('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n')
  await chat.until(() => chat.received !== '')
  const accepted = once(raw, 'connection')
  const line = await tcp.client()
  const [socket] = await accepted
  const data = once(socket, 'data')
  turn(60_000)
  assert.equal(tcp.adapter.snapshot().oldestInFlightMs.upgrade, 0, 'nothing was said on it')
  line.send('hello')
  await data
  assert.equal(minutes(http.adapter.snapshot().oldestInFlightMs.upgrade), 1)
  assert.equal(minutes(tcp.adapter.snapshot().oldestInFlightMs.upgrade), 1)
})
