import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { rawKinds } from '../raw-servers.ts'
import { drainable } from '../setup.ts'
import { eventually, turns, within } from '../../../helpers/eventually.ts'

const accepting = (socket: Socket): Socket => socket.on('error', () => {})
const accept = (socket: Socket): void => void accepting(socket).on('data', () => {})

for (const [kind, { create, event, dial }] of Object.entries(rawKinds)) {
  const connected = async (t: TestContext, server: Server, port: number) => {
    const accepted = once(server, event)
    const client = await dial(port)
    t.after(() => client.close())
    const [socket] = (await accepted) as [Socket]
    return { client, socket }
  }

  test(`${kind}: a connection whose first byte comes in the drain gets its close handshake then`, async (t) => {
    const told: Socket[] = []
    const { adapter, server, port } = await drainable(t, create(accept), {
      shutdownDelayMs: 2_000,
      closeHandshake: (socket) => {
        told.push(socket as Socket)
        socket.end('QUIT\r\n')
      },
    })
    const { client, socket } = await connected(t, server, port)
    const drained = adapter.drain()
    await eventually('the listener is closed', () => !server.listening)
    // As long as a sweep takes that has begun at once.
    await turns(20)
    assert.deepEqual([told.length, socket.destroyed], [0, false])
    client.send('hello')
    assert.equal(await within(5_000, 'end', client.ended()), 'end')
    assert.equal(client.received, 'QUIT\r\n')
    await within(5_000, 'drain', drained)
    assert.equal(told.length, 1)
  })

  test(`${kind}: a connection to which the server says the first word in the drain gets it, too`, async (t) => {
    const { adapter, server, port } = await drainable(t, create(accept), {
      shutdownDelayMs: 2_000,
      closeHandshake: (socket) => void socket.end('QUIT\r\n'),
    })
    const { client, socket } = await connected(t, server, port)
    const drained = adapter.drain()
    await eventually('the listener is closed', () => !server.listening)
    socket.write('HELLO\r\n')
    assert.equal(await within(5_000, 'end', client.ended()), 'end')
    assert.equal(client.received, 'HELLO\r\nQUIT\r\n')
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: of connections that are never used in the drain each is closed without a close handshake`, async (t) => {
    let told = 0
    const { adapter, server, port } = await drainable(t, create(accept), {
      closeHandshake: () => void told++,
    })
    const one = await connected(t, server, port)
    const other = await connected(t, server, port)
    await within(5_000, 'drain', adapter.drain())
    assert.deepEqual([one.socket.destroyed, other.socket.destroyed, told], [true, true, 0])
  })

  test(`${kind}: a connection that has been told is not told again`, async (t) => {
    let told = 0
    const { adapter, server, port } = await drainable(t, create(accept), {
      shutdownDelayMs: 500,
      closeHandshake: () => void told++,
    })
    const { client, socket } = await connected(t, server, port)
    client.send('hello')
    await eventually('it has arrived', () => socket.bytesRead > 0)
    // As long as this one is unused the others are looked at again and again.
    const unused = await connected(t, server, port)
    const drained = adapter.drain()
    await within(5_000, 'close of the unused one', once(unused.socket, 'close'))
    assert.equal(told, 1)
    client.socket.end()
    await within(5_000, 'drain', drained)
  })
}

test('net.Server with pauseOnConnect: a client whose bytes nobody has read yet is not closed as unused', async (t) => {
  const sockets: Socket[] = []
  const server = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(accepting(socket)))
  const { adapter, client } = await drainable(t, server)
  const one = await client()
  one.send('hello')
  await eventually('it is accepted', () => sockets.length === 1)
  await client()
  await eventually('the second is accepted', () => sockets.length === 2)
  const [paused, read] = sockets as [Socket, Socket]
  // On this one the server listens, and nothing comes: it is closed by the same sweep.
  read.resume()
  const drained = adapter.drain()
  await within(5_000, 'close of the unused one', once(read, 'close'))
  assert.deepEqual([paused.destroyed, adapter.snapshot().inFlight.upgrade], [false, 1])
  const heard = once(paused, 'data')
  paused.resume()
  assert.equal(String((await within(5_000, 'data', heard))[0]), 'hello')
  paused.end()
  one.socket.end()
  await within(5_000, 'drain', drained)
})

test('net.Server: a connection that was sent to another process is left to it', async (t) => {
  const child = fork(new URL('../../../fixtures/socket-taker.ts', import.meta.url), { stdio: 'inherit' })
  t.after(() => child.kill('SIGKILL'))
  const server = createServer({ pauseOnConnect: true }, (socket) => void child.send('socket', socket))
  const { adapter, client } = await drainable(t, server)
  const one = await client()
  await within(10_000, 'the child', once(child, 'message'))
  assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 0 })
  await within(5_000, 'drain', adapter.drain())
  one.send('hello')
  await within(
    5_000,
    'answer',
    one.until(() => one.received === 'child: hello'),
  )
})
