import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { RawClient } from '../../helpers/raw-http.ts'
import { type Conversation, converse, type Protocol } from '../clients/conversation.ts'
import { untilRefused } from '../clients/refusal.ts'
import { type ProgramDeclaration, startProgram } from '../program.ts'

/** Opens with what browsers and `ws` send; the key is the one of RFC 6455 §1.3. */
const upgrade = ({ path, subprotocol }: Protocol): string =>
  `GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${subprotocol ? `Sec-WebSocket-Protocol: ${subprotocol}\r\n` : ''}\r\n`

const goingAway = '\x88\x02\x03\xe9'

/** What holds for every server whose protocol is spoken over WebSockets. */
export function testWebSockets(declaration: ProgramDeclaration, protocol: Protocol): void {
  suite(declaration.name, { concurrency: 2 }, () => {
    test('trap 22, 23: idle clients are closed with 1001 and not reset, and the exit is clean', async (t) => {
      const program = await startProgram(t, declaration)
      const clients = [await converse(t, program.port, protocol), await converse(t, program.port, protocol)]
      program.signal()
      for (const { closed } of clients) assert.equal((await closed).code, 1001)
      assert.deepEqual(await program.exit(), { code: 0, signal: null })
      const report = program.report()
      assert.deepEqual([report.clean, report.forcedCloses.total], [true, 0])
    })

    test('trap 4: in the shutdown delay clients are served, and new ones are let in', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '30s' } })
      const old = await converse(t, program.port, protocol)
      program.signal()
      await program.reached('delaying')
      assert.equal(await old.ask(), true)
      const late = await converse(t, program.port, protocol)
      assert.equal(await late.ask(), true)
    })

    test('trap 23: an upgrade that comes in the drain gets 503 and close', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '300ms' } })
      const head = upgrade(protocol)
      const late = await RawClient.connect(program.port)
      late.send(head.slice(0, 20))
      program.signal()
      await untilRefused(program.port)
      late.send(head.slice(20))
      const response = await late.response()
      assert.deepEqual([response.status, response.headers['connection']], [503, 'close'])
      assert.equal(await late.ended(), 'end')
      assert.equal((await program.exit()).code, 0)
    })

    test('trap 6: a message in the kernel’s buffer is answered before the close frame', async (t) => {
      const program = await startProgram(t, declaration)
      const [blocking, waiting] = [
        await converse(t, program.port, protocol),
        await converse(t, program.port, protocol),
      ]
      const blocked = blocking.ask('block gate')
      await program.at('gate')
      const answered = waiting.ask()
      program.signal()
      program.open('gate')
      assert.deepEqual([await blocked, await answered], [true, true])
      assert.deepEqual(await waiting.closed, { code: 1001, unanswered: [] })
      assert.equal((await program.exit()).code, 0)
    })

    test('trap 22: clients that never stop asking are answered until their close, and lose no message without one', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '300ms' } })
      const clients = await Promise.all(Array.from({ length: 5 }, () => converse(t, program.port, protocol)))
      const asking = clients.map((client) => ({ client, answers: 0 }))
      await Promise.all(clients.map((client) => client.ask()))
      const asked = asking.map(askUntilClosed)
      program.signal()
      await Promise.all(asked)
      for (const { client, answers } of asking) {
        assert.equal((await client.closed).code, 1001)
        assert.ok(answers > 0)
      }
      assert.deepEqual(await program.exit(), { code: 0, signal: null })
    })

    test('trap 23: closes are spread: when the first client is told to go, the last one is still served', async (t) => {
      const program = await startProgram(t, declaration)
      const clients: Conversation[] = []
      for (let n = 0; n < 100; n++) clients.push(await converse(t, program.port, protocol))
      program.signal()
      await Promise.race(clients.map(({ closed }) => closed))
      assert.equal(await clients.at(-1)!.ask(), true)
      const codes = await Promise.all(clients.map(async ({ closed }) => (await closed).code))
      assert.deepEqual([...new Set(codes)], [1001])
      assert.equal((await program.exit()).code, 0)
    })

    test('trap 23: a client that does not answer the close frame is force-closed at the drain timeout, and the report says so', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_DRAIN_TIMEOUT: '1s' } })
      const mute = await RawClient.connect(program.port)
      mute.send(upgrade(protocol))
      await mute.until(() => mute.received.includes('\r\n\r\n'))
      program.signal()
      await mute.until(() => mute.received.includes(goingAway))
      assert.equal(await mute.ended(), 'reset')
      assert.deepEqual(await program.exit(), { code: 1, signal: null })
      const { details, byKind } = program.report().forcedCloses
      assert.deepEqual([byKind, details[0]?.label], [{ upgrade: 1 }, `GET ${protocol.path}`])
    })
  })
}

/** Asks one question after the other. What is not answered is the last one at most, and the close says so. */
async function askUntilClosed(asking: { readonly client: Conversation; answers: number }): Promise<void> {
  while (asking.client.isOpen && (await asking.client.ask())) asking.answers++
}
