import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { closeWebSocket } from '../../../../src/node/drain/upgrade/websocket.ts'

/** A connection that takes bytes when it is let, and how many have been given to it. */
class Wire extends Duplex {
  written = Buffer.alloc(0)
  #held: (() => void) | null = null
  readonly #reads: boolean

  constructor(reads: boolean) {
    super()
    this.#reads = reads
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.written = Buffer.concat([this.written, chunk])
    if (this.#reads) done()
    else this.#held = done
  }

  /** Reads what was held back. */
  release(): void {
    this.#held?.()
  }
}

test('the close frame is the last thing behind whatever the application wrote', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 10 }), (chunks) => {
      const wire = new Wire(true)
      for (const chunk of chunks) wire.write(chunk)
      closeWebSocket(wire)
      wire.destroy()
      assert.deepEqual(wire.written, Buffer.concat([...chunks, Buffer.from([0x88, 2, 0x03, 0xe9])]))
    }),
  )
})

test('a client that does not answer is let go, one that has not read everything is not', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const [mute, slow, ended] = [new Wire(true), new Wire(false), new Wire(false)]
  slow.write('a message')
  ended.end('the last one')
  for (const wire of [mute, slow, ended]) closeWebSocket(wire)
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(60_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    [mute, slow, ended].map(({ destroyed }) => destroyed),
    [true, false, false],
  )
  const finished = once(ended, 'finish')
  ended.release()
  await finished
  slow.release()
  slow.release()
  await new Promise((resolve) => setImmediate(resolve))
  slow.release()
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(60_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([slow.destroyed, ended.destroyed], [true, true])
})

test('a connection that breaks under the close frame is nobody’s uncaught error', async () => {
  const wire = new Wire(true)
  wire._write = (_chunk, _encoding, done) => done(new Error('EPIPE'))
  const closed = new Promise((resolve) => wire.once('close', resolve))
  closeWebSocket(wire)
  await closed
  closeWebSocket(wire)
})
