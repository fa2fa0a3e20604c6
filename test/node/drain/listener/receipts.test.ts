import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { closeGently } from '../../../../src/node/drain/http1/linger.ts'
import { Receipts } from '../../../../src/node/drain/listener/receipts.ts'
import { parseUnsent } from '../../../../src/node/drain/kernel/tcp-table.ts'
import { eventually, within } from '../../../helpers/eventually.ts'
import { http1Kinds } from '../http1/http1-servers.ts'
import { drainable, startDrained } from '../setup.ts'

/** Less than the kernel takes at once, and more than a client's kernel takes when its program does not read. */
const SIZE = 2_000_000

/** Whether the kernel still has something for a client of this port, whose connection is closed on our side. */
function isUndelivered(port: number): boolean {
  const table = readFileSync('/proc/net/tcp', 'latin1')
  return parseUnsent(table, new Set([port])).some(({ isOrphan }) => isOrphan)
}

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
    for (let looks = 0; looks < 10; looks++) await readFile('/proc/net/tcp')
    slow.get()
    slow.socket.end()
    await within(10_000, 'the answer', sent.promise)
    let isOver = false
    const over = adapter.drain().then(() => (isOver = true))
    await eventually('the connection is closed', () => isUndelivered(port))
    for (let looks = 0; looks < 10; looks++) await readFile('/proc/net/tcp')
    assert.equal(isOver, false)
    slow.socket.resume()
    await within(10_000, 'drain', over)
    // The client's kernel has it; its program may not have read it all.
    await slow.until(() => slow.received.length >= SIZE)
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
  let isOver = false
  const over = adapter.drain().then(() => (isOver = true))
  await eventually('the connection is closed', () => isUndelivered(port))
  for (let looks = 0; looks < 10; looks++) await readFile('/proc/net/tcp')
  assert.equal(isOver, false)
  slow.socket.resume()
  await within(10_000, 'drain', over)
  await slow.until(() => slow.received.length >= SIZE)
})
