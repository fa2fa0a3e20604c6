import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type ListenOptions } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { LastcallError } from '../../../src/core/errors.ts'
import { bindSockets } from '../../../src/supervisor/sockets/bind-sockets.ts'
import { startQueueing } from '../../../src/supervisor/sockets/start-queueing.ts'
import { holdSockets } from '../../helpers/generation.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

test('startQueueing() lets clients connect before anybody accepts, and loses none', async (t) => {
  const [tcp] = await holdSockets(t, 'http')
  const path = join(temporaryFolder(t), 'x.sock')
  const [unix] = await bindSockets([{ name: 'admin', path }])
  t.after(() => unix?.close())
  assert.ok(tcp?.port && unix)
  startQueueing([tcp, unix])
  for (const [socket, where] of [
    [tcp, { port: tcp.port, host: '127.0.0.1' }],
    [unix, { path }],
  ] as const) {
    const client = connect(where)
    t.after(() => client.destroy())
    await once(client, 'connect')
    const server = createServer((peer) => peer.end('hello')).listen(socket.handle as unknown as ListenOptions)
    t.after(() => server.close())
    const [text] = (await once(client, 'data')) as [Buffer]
    assert.equal(String(text), 'hello')
  }
})

test('startQueueing() finds a port that another process has bound before it listened', async (t) => {
  const [one] = await holdSockets(t, 'http')
  assert.ok(one?.port)
  // Linux lets both bind, because nobody listens.
  const [two] = await bindSockets([{ name: 'late', host: '127.0.0.1', port: one.port }])
  t.after(() => two?.close())
  assert.ok(two)
  startQueueing([one])
  assert.throws(
    () => startQueueing([two]),
    (error: unknown) => {
      assert.ok(error instanceof LastcallError)
      assert.equal(error.code, 'LASTCALL_LISTEN')
      assert.match(error.message, /late: cannot be bound \(EADDRINUSE\): another process has the port/)
      return true
    },
  )
})

test('startQueueing() has nothing to do without a socket', () => startQueueing([]))
