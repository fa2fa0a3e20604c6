import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import { createServer as createNetServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { eventually } from '../../helpers/eventually.ts'
import { drainable, startDrained } from './setup.ts'
import { askUpgrade, silentServer, switching } from './upgrade/upgrade-setup.ts'

// What the application has destroyed itself is not force-closed at the deadline, though its 'close' is still
// to come.

test('forceClose() does not count a request whose connection the application has just destroyed', async (t) => {
  const { adapter, client, server } = await startDrained(t, () => {})
  const asked = once(server, 'request')
  const one = await client()
  one.get()
  const [{ socket }] = (await asked) as [{ socket: Socket }]
  assert.equal(adapter.snapshot().inFlight.request, 1)
  socket.destroy()
  assert.deepEqual([adapter.snapshot().inFlight.request, adapter.forceClose()], [0, []])
})

test('forceClose() does not count a conversation whose connection the application has just destroyed', async (t) => {
  const sockets: Socket[] = []
  const { adapter, client } = await drainable(
    t,
    createNetServer((socket) => void sockets.push(socket.resume())),
  )
  const one = await client()
  one.send('hello')
  await eventually('it has arrived', () => sockets.some(({ bytesRead }) => bytesRead > 0))
  assert.equal(adapter.snapshot().inFlight.upgrade, 1)
  sockets[0]?.destroy()
  assert.deepEqual(adapter.forceClose(), [])
})

for (const answer of [null, switching]) {
  test(`forceClose() does not count ${answer === null ? 'an unanswered' : 'an'} upgrade whose connection the application has just destroyed`, async (t) => {
    const { adapter, client, server } = await drainable(t, silentServer())
    const { socket } = await askUpgrade(server, await client())
    if (answer !== null) socket.write(answer)
    const { request, upgrade } = adapter.snapshot().inFlight
    assert.deepEqual([request, upgrade], answer === null ? [1, 0] : [0, 1])
    socket.destroy()
    assert.deepEqual(adapter.forceClose(), [])
  })
}

test('forceClose() does not count a stream whose session the application has just destroyed, and each other one once', async (t) => {
  const server = createHttp2Server()
  const { adapter, port } = await drainable(t, server)
  const sessions = [connect(`http://127.0.0.1:${port}`), connect(`http://127.0.0.1:${port}`)]
  for (const session of sessions) {
    t.after(() => session.destroy())
    session.on('error', () => {})
    const asked = once(server, 'stream')
    session.request().on('error', () => {})
    const [stream] = (await asked) as [
      { session: { destroy(): void }; on(event: string, run: () => void): void },
    ]
    stream.on('error', () => {})
    if (session === sessions[0]) stream.session.destroy()
  }
  assert.equal(adapter.forceClose().length, 1)
  assert.deepEqual(adapter.forceClose(), [])
})

test('what is cut has an age that is no longer than the test', async (t) => {
  const began = performance.now()
  const { adapter, client, server } = await drainable(t, createServer())
  const asked = once(server, 'request')
  const one = await client()
  one.get()
  await asked
  const half = await client()
  half.send('GET / HT')
  await eventually('both are in flight', () => adapter.snapshot().inFlight.request === 2)
  const { oldestInFlightMs } = adapter.snapshot()
  const ages = adapter.forceClose().map(({ ageMs }) => ageMs)
  const longest = performance.now() - began
  assert.equal(ages.length, 2)
  for (const age of [...ages, oldestInFlightMs.request]) assert.ok(age >= 0 && age <= longest, `${age} ms`)
})
