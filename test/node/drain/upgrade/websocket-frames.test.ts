import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { suite, test, type TestContext } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { type Drained, drainable } from '../setup.ts'
import { askUpgrade, beginDrain, frameOf, goingAway, switching, untilReceived } from './upgrade-setup.ts'

interface Connected {
  readonly drained: Drained<ReturnType<typeof createServer>>
  readonly client: RawClient
  /** The server's side. */
  readonly socket: Duplex
}

/** A WebSocket whose server writes the bytes that the test gives it. */
async function connected(t: TestContext): Promise<Connected> {
  const server = createServer()
  server.on('upgrade', () => {})
  const drained = await drainable(t, server)
  const client = await drained.client()
  const { socket } = await askUpgrade(server, client)
  socket.write(switching)
  await untilReceived(client, switching)
  return { drained, client, socket }
}

/** What came behind the 101. */
const framesOf = (client: RawClient): string => client.received.slice(switching.length)

const message = frameOf('a message in two halves'.repeat(10))
const [firstHalf, secondHalf] = [message.subarray(0, 50), message.subarray(50)]

suite('a close frame stands between two frames', () => {
  test('when the drain begins in the middle of one, it comes behind that one', async (t) => {
    const { drained, client, socket } = await connected(t)
    socket.write(firstHalf)
    const other = await drained.client()
    const idle = await askUpgrade(drained.server, other)
    idle.socket.write(switching)
    await beginDrain(drained.adapter)
    // Its turn was before this one's.
    await untilReceived(other, goingAway)
    assert.equal(framesOf(client), firstHalf.toString('latin1'))
    socket.write(secondHalf.subarray(0, 1))
    socket.write(secondHalf.subarray(1))
    await untilReceived(client, goingAway)
    assert.equal(framesOf(client), message.toString('latin1') + goingAway)
  })

  test('when the rest of a frame and the beginning of the next one are one piece, it comes between them', async (t) => {
    const { drained, client, socket } = await connected(t)
    socket.write(firstHalf)
    await beginDrain(drained.adapter)
    const written = new Promise<void>((resolve) => {
      socket.write(Buffer.concat([secondHalf, frameOf('whole'), firstHalf]), () => resolve())
    })
    await within(5_000, 'the callback of a write that was broken off', written)
    socket.write(secondHalf)
    await untilReceived(client, goingAway)
    assert.equal(
      framesOf(client),
      message.toString('latin1') + frameOf('whole').toString('latin1') + goingAway,
    )
  })

  test('it follows strings in any encoding, views of any kind, and corked pieces', async (t) => {
    const { drained, client, socket } = await connected(t)
    const pieces = [0, 7, 20, 50, 90].map((from, n, all) => message.subarray(from, all[n + 1]))
    socket.write(pieces[0]!.toString('latin1'), 'latin1')
    socket.write(pieces[1]!.toString('base64'), 'base64')
    socket.cork()
    socket.write(pieces[2]!.toString('hex'), 'hex')
    await beginDrain(drained.adapter)
    const bytes = pieces[3]!
    socket.write(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) as unknown as Uint8Array)
    socket.write(pieces[4]!)
    socket.uncork()
    await untilReceived(client, goingAway)
    assert.equal(framesOf(client), message.toString('latin1') + goingAway)
  })

  test('the application ends with the rest of a frame: it comes behind it, and then the end', async (t) => {
    const { drained, client, socket } = await connected(t)
    socket.write(firstHalf)
    await beginDrain(drained.adapter)
    const ended = new Promise<void>((resolve) => socket.end(secondHalf, () => resolve()))
    await within(5_000, 'end', client.ended())
    await within(5_000, 'the callback of end', ended)
    assert.equal(framesOf(client), message.toString('latin1') + goingAway)
  })

  test('what the application says with its end, behind our close frame, is dropped', async (t) => {
    const { drained, client, socket } = await connected(t)
    await beginDrain(drained.adapter)
    await untilReceived(client, goingAway)
    const ended = new Promise<void>((resolve) => socket.end(frameOf('too late'), () => resolve()))
    assert.equal(await within(5_000, 'end', client.ended()), 'end')
    await within(5_000, 'the callback of end', ended)
    assert.equal(framesOf(client), goingAway)
  })

  for (const isComplete of [true, false]) {
    test(`an application that has said close itself ${isComplete ? '' : 'by half '}is not repeated, and its client is let go`, async (t) => {
      const { drained, client, socket } = await connected(t)
      const close = Buffer.from('\x88\x05\x03\xe8bye', 'latin1')
      socket.write(isComplete ? close : close.subarray(0, 4))
      const drain = await beginDrain(drained.adapter)
      if (!isComplete) socket.write(close.subarray(4))
      await within(5_000, 'drain', drain.drained)
      assert.equal(framesOf(client), close.toString('latin1'))
    })
  }

  test('one whose bytes are no frames is left alone, and force-closed at the deadline as an upgrade', async (t) => {
    const { drained, client, socket } = await connected(t)
    socket.write('\x83\x01?', 'latin1')
    await beginDrain(drained.adapter)
    socket.write(frameOf('on and on'))
    await untilReceived(client, 'on and on')
    assert.deepEqual(
      drained.adapter.forceClose().map(({ kind, label }) => [kind, label]),
      [['upgrade', 'GET /chat']],
    )
    assert.equal(await within(5_000, 'end', client.ended()), 'reset')
    assert.equal(framesOf(client), `\x83\x01?${frameOf('on and on').toString('latin1')}`)
  })

  test('a piece that Node refuses to write fails as ever, and moves nothing', async (t) => {
    const { drained, client, socket } = await connected(t)
    assert.throws(() => socket.write(1 as unknown as string), { code: 'ERR_INVALID_ARG_TYPE' })
    assert.throws(() => socket.write('x', 'klingon' as BufferEncoding), { code: 'ERR_UNKNOWN_ENCODING' })
    await beginDrain(drained.adapter)
    await untilReceived(client, goingAway)
    assert.equal(framesOf(client), goingAway)
  })

  test('an application that wraps write() keeps its wrapper, also when lastcall lets go', async (t) => {
    const { drained, client, socket } = await connected(t)
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
    const seen: string[] = []
    socket.write = (...args: unknown[]) => {
      seen.push(String(args[0]))
      return write(...args)
    }
    socket.write(firstHalf)
    drained.adapter.release()
    socket.write(secondHalf)
    await untilReceived(client, message.toString('latin1'))
    assert.deepEqual(seen, [firstHalf, secondHalf].map(String))
  })

  test('release takes everything off the socket', async (t) => {
    const { drained, socket } = await connected(t)
    const original = new Socket()
    assert.notEqual(socket.write, original.write)
    drained.adapter.release()
    const { write, end, _destroy } = socket
    assert.deepEqual([write, end, _destroy], [original.write, original.end, original._destroy])
    assert.equal(
      Object.getOwnPropertySymbols(socket).some(({ description }) => description?.startsWith('lastcall')),
      false,
    )
  })
})
