import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, constants } from 'node:http2'
import { suite, test } from 'node:test'
import type { Report } from '../../../src/core/report.ts'
import { untilRefused } from '../clients/refusal.ts'
import { type CallEnd, Speaker } from '../clients/speaker.ts'
import { type ProgramDeclaration, startProgram } from '../program.ts'

const ok = (...messages: readonly string[]): CallEnd => ({ status: 'OK', messages })

/** What holds for gRPC servers. @param forced what the report says of two calls that were force-closed */
export function testGrpc(declaration: ProgramDeclaration, forced: Report['forcedCloses']['byKind']): void {
  suite(declaration.name, { concurrency: 2 }, () => {
    test('trap 17: unary calls and streams in flight are completed, and the exit is clean', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '300ms' } })
      const speaker = new Speaker(t, program.port)
      const [unary, stream] = [speaker.say('slow unary'), await speaker.repeat('slow stream')]
      await program.at('unary')
      await program.at('stream')
      program.signal()
      await program.reached('draining')
      program.open('unary')
      assert.deepEqual(await unary, ok('slow unary'))
      program.open('stream')
      assert.deepEqual(await stream.end, ok('begun', 'slow stream'))
      assert.deepEqual(await program.exit(), { code: 0, signal: null })
      assert.deepEqual([program.report().clean, program.report().forcedCloses.total], [true, 0])
    })

    test('trap 4: in the shutdown delay calls are served, on old and on new connections', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '30s' } })
      const old = new Speaker(t, program.port)
      assert.deepEqual(await old.say('hello'), ok('hello'))
      program.signal()
      await program.reached('delaying')
      assert.deepEqual(await old.say('hello'), ok('hello'))
      assert.deepEqual(await new Speaker(t, program.port).say('hello'), ok('hello'))
    })

    test('trap 18: an idle connection gets a GOAWAY without an error and is closed, not reset', async (t) => {
      const program = await startProgram(t, declaration)
      const session = connect(`http://127.0.0.1:${program.port}`)
      t.after(() => session.destroy())
      const errors: Error[] = []
      session.on('error', (error) => errors.push(error))
      await once(session, 'remoteSettings')
      const goaway = once(session, 'goaway')
      const closed = new Promise<void>((resolve) => session.once('close', resolve))
      program.signal()
      assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR)
      await closed
      assert.deepEqual(errors, [])
      assert.equal((await program.exit()).code, 0)
    })

    test('trap 19: a new call in the drain goes to another server without failing, and is UNAVAILABLE when there is none', async (t) => {
      const [program, next] = [
        await startProgram(t, declaration, { env: { LASTCALL_SHUTDOWN_DELAY: '300ms' } }),
        await startProgram(t, declaration),
      ]
      const [alone, both] = [new Speaker(t, program.port), new Speaker(t, program.port, next.port)]
      const held = alone.say('slow gate')
      await program.at('gate')
      assert.deepEqual(await both.say('hello'), ok('hello'))
      const calls = sayWhile(both, () => program.child.process.exitCode === null)
      program.signal()
      await untilRefused(program.port)
      // A call that crosses the GOAWAY is served, or refused and tried again on a new connection.
      let status = 'OK'
      while (status === 'OK') ({ status } = await alone.say('hello'))
      assert.equal(status, 'UNAVAILABLE')
      program.open('gate')
      assert.deepEqual(await held, ok('slow gate'))
      assert.equal((await program.exit()).code, 0)
      assert.deepEqual(Object.keys(await calls), ['OK'])
    })

    test('trap 34: what is force-closed at the drain timeout gets an error, and the report says so', async (t) => {
      const program = await startProgram(t, declaration, { env: { LASTCALL_DRAIN_TIMEOUT: '300ms' } })
      const speaker = new Speaker(t, program.port)
      const [unary, stream] = [speaker.say('slow unary'), await speaker.repeat('slow stream')]
      await program.at('unary')
      await program.at('stream')
      program.signal()
      assert.notEqual((await unary).status, 'OK')
      assert.notEqual((await stream.end).status, 'OK')
      assert.deepEqual(await program.exit(), { code: 1, signal: null })
      assert.deepEqual(program.report().forcedCloses.byKind, forced)
    })

    test('trap 31: a signal in the middle of the start ends it with 0', async (t) => {
      const program = await startProgram(t, declaration, { waitUntilReady: false })
      await program.reached('starting')
      program.signal()
      assert.equal((await program.exit()).code, 0)
    })
  })
}

/** Makes one call after the other. Resolves to how many ended with which status. */
async function sayWhile(
  speaker: Speaker,
  goesOn: () => boolean,
): Promise<Readonly<Partial<Record<string, number>>>> {
  const counts: Partial<Record<string, number>> = {}
  while (goesOn()) {
    const { status } = await speaker.say('hello')
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}
