import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type ServerHttp2Stream } from 'node:http2'
import { test, type TestContext } from 'node:test'
import { drainable } from '../setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

/** An HTTP/2 server whose streams wait until they are answered. */
async function start(t: TestContext) {
  const server = createServer()
  const streams: ServerHttp2Stream[] = []
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    streams.push(stream)
  })
  const { adapter, port } = await drainable(t, server)
  const session = connect(`http://127.0.0.1:${port}`)
  session.on('error', () => {})
  t.after(() => session.destroy())
  const ask = async (): Promise<ServerHttp2Stream> => {
    const asked = once(server, 'stream')
    session.request({ ':path': '/' }).on('error', () => {})
    const [stream] = (await asked) as [ServerHttp2Stream]
    return stream
  }
  return { adapter, ask, streams }
}

// First in this file: what Node shows of itself is looked up for each session.
test('without a look into Node every stream is still counted, waited for and reported', async (t) => {
  t.mock.method(Object, 'getOwnPropertySymbols', () => [])
  const { adapter, ask } = await start(t)
  const [one, other] = [await ask(), await ask()]
  assert.equal(adapter.snapshot().inFlight.stream, 2)
  one.respond({ ':status': 200 })
  one.end()
  await eventually('one is closed', () => adapter.snapshot().inFlight.stream === 1)
  const drained = adapter.drain()
  assert.equal(adapter.snapshot().inFlight.stream, 1)
  other.respond({ ':status': 200 })
  other.end()
  await within(5_000, 'drain', drained)
})

test('before the shutdown a stream has no listener of ours: Node tells which are open when it is asked', async (t) => {
  const { adapter, ask } = await start(t)
  const stream = await ask()
  assert.equal(adapter.snapshot().inFlight.stream, 1)
  // Node's own, and the one of this test.
  assert.deepEqual([stream.listenerCount('close'), stream.listenerCount('error')], [0, 1])
  stream.close()
  await eventually('it is closed', () => adapter.snapshot().inFlight.stream === 0)
})

test('a push is in flight, too', async (t) => {
  const { adapter, ask } = await start(t)
  const stream = await ask()
  const pushed = new Promise<void>((resolve) => {
    stream.pushStream({ ':path': '/style.css' }, (_error, push) => {
      push.on('error', () => {})
      push.respond({ ':status': 200 })
      resolve()
    })
  })
  await within(5_000, 'push', pushed)
  assert.equal(adapter.snapshot().inFlight.stream, 2)
  assert.deepEqual(
    adapter.forceClose().map(({ label, ageMs }) => [label, ageMs < 60_000]),
    [
      ['stream 1, nothing answered', true],
      ['stream 2', true],
    ],
  )
})
