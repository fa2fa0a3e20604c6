import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Server, Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import type { DrainAdapter } from '../../../../src/node/drain/adapter.ts'
import { eventually, within } from '../../../helpers/eventually.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { drainable } from '../setup.ts'
import { askForWebSocket } from '../upgrade/upgrade-setup.ts'

/**
 * Less than the kernel takes at once, and more than a client's kernel takes when its program does not read.
 */
const SIZE = 2_000_000

interface Protocol {
  /** A server that answers with so many bytes. */
  create(): Server
  readonly ask: Buffer
  /** What a client may send while it reads. */
  readonly word: Buffer
  readonly kind: string
  /** Whether the kernel has everything. */
  isOut(socket: Socket, writtenBefore: number): boolean
}

const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0, payload.length, type, flags, 0, 0, 0, stream]), payload])
/** A GET with windows that hold the whole answer (RFC 9113 §6.5, §6.9; RFC 7541, appendix A). */
const http2Ask = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(4, 0, 0, Buffer.from([0, 4, 0x7f, 0xff, 0xff, 0xff])),
  frame(8, 0, 0, Buffer.from([0x7f, 0, 0, 0])),
  frame(1, 5, 1, Buffer.from([0x82, 0x84, 0x86, 0x41, 1, 0x61])),
])

const protocols: Readonly<Record<string, Protocol>> = {
  WebSocket: {
    create: () => {
      const server = createHttpServer()
      new WebSocketServer({ server }).on('connection', (peer) => peer.send(Buffer.alloc(SIZE)))
      return server
    },
    ask: Buffer.from(askForWebSocket),
    word: Buffer.from([0x89, 0x80, 0, 0, 0, 0]),
    kind: 'upgrade',
    isOut: (socket, before) => socket.bytesWritten > before && socket.writableLength === 0,
  },
  'HTTP/2': {
    create: () => createHttp2Server((_, response) => response.end(Buffer.alloc(SIZE))),
    ask: http2Ask,
    word: frame(8, 0, 0, Buffer.from([0, 0, 0, 1])),
    kind: 'stream',
    isOut: (socket) => socket.writableFinished,
  },
}

interface Slow {
  readonly adapter: DrainAdapter
  readonly drained: Promise<void>
  readonly client: RawClient
  readonly socket: Socket
  /** Two seconds of every silence that is waited for. */
  pass(): Promise<void>
}

/** A client that does not read, in a drain that has written all out to the kernel. */
async function slowClient(t: TestContext, { create, ask, isOut }: Protocol): Promise<Slow> {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const server = create()
  const { adapter, client: connect } = await drainable(t, server)
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = await connect()
  client.socket.pause()
  client.socket.write(ask)
  const [socket] = await accepted
  await eventually('the answer', () => socket.bytesWritten > SIZE && socket.writableLength === 0)
  const before = socket.bytesWritten
  const drained = adapter.drain()
  await eventually('the last frame', () => isOut(socket, before))
  const pass = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(2_000)
    // Longer than the look into the kernel's tables takes.
    for (let looks = 0; looks < 5; looks++) await readFile('/proc/net/tcp')
  }
  return { adapter, drained, client, socket, pass }
}

for (const [name, protocol] of Object.entries(protocols)) {
  test(`${name}: a client that speaks while it reads slowly what the kernel has for it loses nothing`, async (t) => {
    const { adapter, drained, client, socket, pass } = await slowClient(t, protocol)
    for (let turn = 0; turn < 5; turn++) await pass()
    assert.equal(socket.destroyed, false)
    client.socket.write(protocol.word)
    client.socket.resume()
    await within(
      10_000,
      'the answer',
      client.until(() => client.received.length > SIZE || client.ending !== 'open'),
    )
    assert.ok(client.received.length > SIZE, `${client.received.length} bytes, ${client.ending}`)
    for (let turn = 0; turn < 10 && !socket.destroyed; turn++) await pass()
    await within(5_000, 'drain', drained)
    assert.deepEqual(adapter.forceClose(), [])
  })

  for (const turns of [0, 2])
    test(`${name}: the deadline counts what the kernel still has for a client, after ${turns} looks`, async (t) => {
      const { adapter, drained, pass } = await slowClient(t, protocol)
      for (let turn = 0; turn < turns; turn++) await pass()
      assert.deepEqual(
        adapter.forceClose().map(({ kind }) => kind),
        [protocol.kind],
      )
      await within(5_000, 'drain', drained)
    })
}
