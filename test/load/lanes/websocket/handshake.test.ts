import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { DialAgent } from '../../../../src/load/dial-agent.ts'
import { type NotOpened, type Opened, openWebSocket } from '../../../../src/load/lanes/websocket/handshake.ts'

/** A server that answers every connection with these pieces and ends it. */
async function answering(t: TestContext) {
  let pieces: readonly Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece)
      socket.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return async (answer: readonly Buffer[]): Promise<Opened | NotOpened> => {
    pieces = answer
    const agent = new DialAgent(() => ({ host: '127.0.0.1', port, name: 'pod-1' }), false)
    const place = { path: '/', hostHeader: 'test', timeoutMs: 10_000 }
    const opened = await openWebSocket(agent, place)
    if ('socket' in opened) opened.socket.destroy()
    agent.destroy()
    return opened
  }
}

const line = fc.constantFrom(
  'HTTP/1.1 101 Switching Protocols\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/9.9 101\r\n',
  'Connection: Upgrade\r\n',
  'Upgrade: websocket\r\n',
  'Content-Length: 3\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  '\r\n',
  '\r\n\r\n',
  'zz\r\n',
  '\x81\x02',
)
const pieces = fc.array(
  fc.oneof(
    line.map((text) => Buffer.from(text, 'latin1')),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  ),
  { maxLength: 8 },
)

test('whatever a server answers, there is a WebSocket or the reason why there is none', async (t) => {
  const ask = await answering(t)
  await fc.assert(
    fc.asyncProperty(pieces, async (answer) => {
      const opened = await ask(answer)
      if ('socket' in opened) return
      assert.equal(typeof opened.error.code, 'string')
      assert.notEqual(opened.error.code, 'CLIENT_TIMEOUT')
    }),
    { numRuns: 100 },
  )
})

test('what comes behind the handshake is the beginning of the frames', async (t) => {
  const ask = await answering(t)
  const head = Buffer.from(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  )
  const opened = await ask([Buffer.concat([head, Buffer.from([0x81, 0x01, 0x61])])])
  assert.ok('socket' in opened)
  assert.deepEqual([...opened.head], [0x81, 0x01, 0x61])
})
