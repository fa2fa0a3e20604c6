import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { closeGently } from '../../../../src/node/drain/http1/linger.ts'
import { Receipts } from '../../../../src/node/drain/listener/receipts.ts'
import { eventually, within } from '../../../helpers/eventually.ts'
import { http1Kinds } from '../http1/http1-servers.ts'
import { drainable, startDrained } from '../setup.ts'
import { assertDrainWaitsFor, severalLooks, SIZE } from '../undelivered.ts'

interface Answered {
  readonly receipts: Receipts
  readonly socket: Socket
  readonly client: Awaited<ReturnType<Awaited<ReturnType<typeof startDrained>>['client']>>
}

/** An answer of so many bytes on a connection whose receipt is expected; the client does not read yet. */
async function answer(t: TestContext, bytes: number): Promise<Answered> {
  const receipts = new Receipts()
  const answered = Promise.withResolvers<Socket>()
  const drained = await startDrained(t, ({ socket }, response) => {
    receipts.expect(socket)
    response.setHeader('Connection', 'close')
    closeGently(response)
    response.on('finish', () => answered.resolve(socket)).end(Buffer.alloc(bytes))
  })
  const client = await drained.client({ allowHalfOpen: true })
  client.socket.pause()
  client.get()
  return { receipts, socket: await within(10_000, 'the answer', answered.promise), client }
}

test('a client that ends its side behind a small answer confirms it', async (t) => {
  const { receipts, socket, client } = await answer(t, 1_000)
  assert.equal(receipts.isComplete, false)
  client.socket.resume()
  await client.ended()
  client.socket.end()
  await eventually('the connection is closed', () => socket.destroyed)
  await eventually('it is confirmed', () => receipts.isComplete)
})

test('a client that ends its side while it reads a large answer does not confirm it', async (t) => {
  const { receipts, socket, client } = await answer(t, SIZE)
  await eventually('our end is with the kernel', () => socket.writableFinished)
  const closed = once(socket, 'close')
  client.socket.end()
  await within(10_000, 'the close', closed)
  assert.equal(receipts.isComplete, false)
})

test('a client that has not ended its side does not confirm an answer', async (t) => {
  const { receipts, socket } = await answer(t, 1_000)
  // What the linger does after a second of silence.
  const closed = once(socket, 'close')
  socket.destroy()
  await within(10_000, 'the close', closed)
  assert.equal(receipts.isComplete, false)
})

test('without a connection that can confirm there is nothing to wait for', () => {
  const receipts = new Receipts()
  assert.equal(receipts.isComplete, true)
  receipts.expect(undefined)
  assert.equal(receipts.isComplete, false)
})

for (const [name, kind] of Object.entries(http1Kinds)) {
  test(`${name}: drain() lasts until a client that half-closes with its request has the answer`, async (t) => {
    const sent = Promise.withResolvers<void>()
    const server = kind.create((_, response) =>
      response.on('finish', () => sent.resolve()).end(Buffer.alloc(SIZE)),
    )
    const { adapter, port } = await drainable(t, server, { shutdownDelayMs: 2_000 })
    const slow = await kind.connect(port, { allowHalfOpen: true })
    t.after(() => slow.close())
    slow.socket.pause()
    adapter.announceClose()
    // The look into the kernel's tables that begins with the announcement must not see the answer.
    await severalLooks()
    slow.get()
    slow.socket.end()
    await within(10_000, 'the answer', sent.promise)
    await assertDrainWaitsFor(slow, { adapter, port })
  })
}

test('raw TCP: drain() asks the kernel about a connection that came after the announcement', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).write(Buffer.alloc(SIZE))
    socket.destroySoon()
  })
  const { adapter, client, port } = await drainable(t, server, { shutdownDelayMs: 2_000 })
  adapter.announceClose()
  const slow = await client()
  slow.socket.pause()
  await assertDrainWaitsFor(slow, { adapter, port })
})
