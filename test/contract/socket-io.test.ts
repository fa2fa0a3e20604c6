import assert from 'node:assert/strict'
import { suite, test, type TestContext } from 'node:test'
import { connect, type Socket } from 'socket.io-client'
import { RawClient } from '../helpers/raw-http.ts'
import { type ProgramDeclaration, startProgram } from './program.ts'

const server: ProgramDeclaration = { name: 'socket-io', guide: 'docs/guides/socket-io.md' }
/** Longer than a poll waits (25 s), and longer than a test waits for an exit. */
const untilPolled = { LASTCALL_DRAIN_TIMEOUT: '60s' }

/** Resolves when the client is connected, with the last of the transports. */
async function opened(t: TestContext, port: number, transports: readonly string[]): Promise<Socket> {
  const options = { transports: [...transports], reconnectionDelay: 50, forceNew: true }
  const socket = connect(`http://127.0.0.1:${port}`, options)
  t.after(() => socket.close())
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const { engine } = socket.io
  if (engine.transport.name !== transports.at(-1)) await new Promise((done) => engine.once('upgrade', done))
  return socket
}

const disconnected = (socket: Socket): Promise<string> =>
  new Promise((resolve) => socket.once('disconnect', resolve))

suite('socket-io', { concurrency: 2 }, () => {
  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    const how = transports.join(', then ')

    test(`trap 22, 23: ${how}: an idle client is sent away, and is back by itself at the next pod`, async (t) => {
      const program = await startProgram(t, server, { env: untilPolled })
      const client = await opened(t, program.port, transports)
      const reason = disconnected(client)
      program.signal()
      assert.equal(await reason, 'transport close')
      assert.deepEqual(await program.exit(), { code: 0, signal: null })
      assert.equal(program.report().clean, true)
      const back = new Promise<void>((resolve) => client.once('connect', resolve))
      await startProgram(t, server, { env: { PORT: String(program.port) } })
      await back
      assert.equal(await client.emitWithAck('say', 'hello'), 'hello')
    })

    test(`trap 22: ${how}: an acknowledgement that is owed in the drain comes before the close`, async (t) => {
      const program = await startProgram(t, server, { env: { LASTCALL_SHUTDOWN_DELAY: '300ms' } })
      const [client, other] = [
        await opened(t, program.port, transports),
        await opened(t, program.port, transports),
      ]
      const [reason, otherReason] = [disconnected(client), disconnected(other)]
      const acknowledged = client.emitWithAck('say', 'slow gate') as Promise<string>
      await program.at('gate')
      program.signal()
      assert.equal(await otherReason, 'transport close')
      await program.reached('draining')
      program.open('gate')
      assert.equal(await acknowledged, 'slow gate')
      // The poll that brought it is answered, and the next one finds no listener any more.
      assert.match(await reason, transports.length === 1 ? /^transport (close|error)$/ : /^transport close$/)
      assert.deepEqual(await program.exit(), { code: 0, signal: null })
    })
  }

  test('trap 4: in the shutdown delay clients are served, and new ones are let in', async (t) => {
    const program = await startProgram(t, server, { env: { LASTCALL_SHUTDOWN_DELAY: '30s' } })
    const old = await opened(t, program.port, ['polling'])
    program.signal()
    await program.reached('delaying')
    const late = await opened(t, program.port, ['polling', 'websocket'])
    assert.equal(await old.emitWithAck('say', 'hello'), 'hello')
    assert.equal(await late.emitWithAck('say', 'hello'), 'hello')
  })

  test('trap 23: closes are spread: when the first client is gone, others are still served', async (t) => {
    const program = await startProgram(t, server)
    const clients = await Promise.all(
      Array.from({ length: 40 }, () => opened(t, program.port, ['websocket'])),
    )
    const reasons = clients.map(disconnected)
    program.signal()
    await Promise.race(reasons)
    const served = clients
      .filter(({ connected }) => connected)
      .map((client) => client.emitWithAck('say', 'hello'))
    assert.equal(await Promise.any(served), 'hello')
    assert.deepEqual([...new Set(await Promise.all(reasons))], ['transport close'])
    assert.equal((await program.exit()).code, 0)
  })

  test('trap 23: a client that does not leave is force-closed at the drain timeout, and the report says so', async (t) => {
    const program = await startProgram(t, server, { env: { LASTCALL_DRAIN_TIMEOUT: '2s' } })
    const mute = await RawClient.connect(program.port)
    mute.get(
      '/socket.io/?EIO=4&transport=websocket',
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
    )
    await mute.until(() => mute.received.includes('pingInterval'))
    // 40, a client's connect packet for the main namespace, in a text frame that is masked with zeros.
    mute.socket.write('\x81\x82\0\0\0\x0040', 'latin1')
    await mute.until(() => mute.received.includes('"sid"', mute.received.indexOf('"sid"') + 1))
    program.signal()
    assert.equal(await mute.ended(), 'reset')
    assert.ok(mute.received.endsWith('\x88\0'), 'an empty close frame')
    assert.deepEqual(await program.exit(), { code: 1, signal: null })
    assert.deepEqual(program.report().forcedCloses.byKind, { upgrade: 1 })
  })
})
