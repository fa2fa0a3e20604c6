import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type NotOpened, WebSocketLink } from '../../../../src/load/lanes/websocket/link.ts'
import { listen } from '../../../helpers/listen.ts'

/** What a link told, and how it opened. */
interface Told {
  readonly link: WebSocketLink
  readonly refusal: NotOpened | undefined
  readonly texts: string[]
  readonly codes: number[]
}

type Answer = (socket: Socket, key: string) => void

/** A server that answers every connection's first bytes, and a way to open links to it. */
async function answering(t: TestContext): Promise<(answer: Answer) => Promise<Told>> {
  let answer: Answer = () => undefined
  // Half open: a server that keeps a connection really keeps it.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      answer(socket, /^sec-websocket-key: (.*)\r$/im.exec(bytes.toString('latin1'))?.[1] ?? '')
    })
  })
  const target = await listen(t, server)
  return async (next) => {
    answer = next
    const texts: string[] = []
    const codes: number[] = []
    const link = new WebSocketLink(
      target,
      { path: '/', headers: { host: 'test' }, timeoutMs: 10_000 },
      {
        onConnected: () => undefined,
        onText: (text) => texts.push(text),
        onClose: (code) => codes.push(code),
      },
    )
    t.after(() => link.destroy())
    return { link, refusal: await link.opened, texts, codes }
  }
}

const head = (accept: string): string =>
  `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${accept}\r\n`
/** The answer that RFC 6455 §4.2.2 asks for. */
const acceptOf = (key: string): string => {
  const hash = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return head(`Sec-WebSocket-Accept: ${hash}\r\n`)
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

test('whatever a server answers, there is the reason why there is no WebSocket, and the connection is gone', async (t) => {
  const open = await answering(t)
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (answer, opens) => {
      const { link, refusal, codes } = await open((socket, key) => {
        for (const piece of opens ? [Buffer.from(acceptOf(key)), ...answer] : answer) socket.write(piece)
        socket.end()
      })
      await link.closed
      if (opens) return assert.deepEqual([refusal, codes.length], [undefined, 1])
      assert.equal(typeof refusal!.error.code, 'string')
      assert.notEqual(refusal!.error.code, 'CLIENT_TIMEOUT')
      assert.deepEqual(codes, [])
    }),
    { numRuns: 100 },
  )
})

for (const [what, accept] of [
  ['none', ''],
  ['that of another key', 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n'],
] as const) {
  test(`a WebSocketLink refuses an answer whose Sec-WebSocket-Accept is ${what}`, async (t) => {
    const open = await answering(t)
    const { refusal } = await open((socket) => void socket.write(head(accept)))
    const { error, status, facts } = refusal!
    assert.deepEqual([error.code, error.stage, status], ['WEBSOCKET_HANDSHAKE', 'wait', 101])
    assert.match(error.message, /^not opened: .*Sec-WebSocket-Accept/)
    assert.equal(facts?.target.name, 'pod-1')
  })
}

test('a WebSocketLink does not go where a redirection points', async (t) => {
  const open = await answering(t)
  let asked = 0
  const { refusal } = await open((socket) => {
    asked++
    socket.end('HTTP/1.1 307 There\r\nLocation: /ws\r\nContent-Length: 0\r\n\r\n')
  })
  assert.deepEqual([refusal!.error.code, refusal!.status, asked], ['HTTP_307', 307, 1])
})

test('a WebSocketLink reads what comes in one packet with the answer', async (t) => {
  const open = await answering(t)
  const { link, refusal, texts, codes } = await open((socket, key) => {
    const frames = [
      Buffer.from([0x81, 1, 0x61]),
      Buffer.from([0x82, 1, 0x62]),
      Buffer.from([0x88, 2, 3, 0xe9]),
    ]
    socket.write(Buffer.concat([Buffer.from(acceptOf(key)), ...frames]))
  })
  await link.closed
  assert.deepEqual([refusal, texts, codes], [undefined, ['a', 'b'], [1001]])
})

test('a WebSocketLink gives up on a server that sends its close frame and keeps the connection', async (t) => {
  const open = await answering(t)
  const { link, codes } = await open((socket, key) => {
    socket.write(Buffer.concat([Buffer.from(acceptOf(key)), Buffer.from([0x88, 2, 3, 0xe8])]))
  })
  const late = sleep(10_000, 'kept for 10 s', { ref: false })
  assert.equal(await Promise.race([link.closed, late]), undefined)
  assert.deepEqual([codes, link.isOpen], [[1000], false])
})
