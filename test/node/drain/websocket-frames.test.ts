import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { suite, test, type TestContext } from 'node:test'
import { createServer as createTlsServer } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { WebSocket, WebSocketServer } from 'ws'
import { RawClient } from '../../helpers/raw-http.ts'
import { listen } from '../../helpers/listen.ts'
import { type Drained, drainable, tls, within } from './setup.ts'
import {
  askForWebSocket,
  askUpgrade,
  beginDrain,
  frameOf,
  goingAway,
  switching,
  untilReceived,
} from './upgrade-setup.ts'

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
    await within(5_000, 'the callback of a write that was cut short', written)
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

  test('one whose bytes are no frames is left alone, and cut at the deadline as an upgrade', async (t) => {
    const { drained, client, socket } = await connected(t)
    socket.write('\x83\x01?', 'latin1')
    await beginDrain(drained.adapter)
    socket.write(frameOf('on and on'))
    await untilReceived(client, 'on and on')
    assert.deepEqual(
      drained.adapter.cut().map(({ kind, label }) => [kind, label]),
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

/** Copies the bytes of both directions in small pieces, one a turn, as a slow upstream has them come. */
function crawl(from: Socket, to: Duplex, size: number): void {
  const pieces: Buffer[] = []
  let isRunning = false
  const next = (): void => {
    const piece = pieces.shift()
    isRunning = piece !== undefined
    if (piece === undefined) return
    to.write(piece)
    setImmediate(next)
  }
  from.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; at += size) pieces.push(data.subarray(at, at + size))
    if (!isRunning) next()
  })
}

for (const isSecure of [false, true]) {
  test(`behind a proxy that writes a message in many pieces every client gets whole messages and 1001 (${isSecure ? 'https' : 'http'})`, async (t) => {
    const upstream = createServer()
    const sockets = new WebSocketServer({ server: upstream, perMessageDeflate: { threshold: 0 } })
    const text = 'x'.repeat(1_000) + Math.random()
    sockets.on('connection', (socket) => {
      const feed = setInterval(() => socket.send(text), 1)
      socket.on('close', () => clearInterval(feed))
    })
    const target = await listen(t, upstream)
    const proxy = isSecure ? createTlsServer(tls) : createServer()
    proxy.on('upgrade', (request, socket: Duplex, head: Buffer) => {
      const back = connect(target.port, target.host, () => {
        const headers = request.rawHeaders.map((value, n) => (n % 2 ? `${value}\r\n` : `${value}: `)).join('')
        back.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`)
        back.write(head)
        socket.pipe(back)
      })
      crawl(back, socket, 7)
      back.on('end', () => socket.end())
      for (const one of [back, socket]) one.on('error', () => back.destroy())
      socket.on('close', () => back.destroy())
    })
    const { adapter, port } = await drainable(t, proxy)
    const clients = Array.from({ length: 10 }, () => {
      const scheme = isSecure ? 'wss' : 'ws'
      return new WebSocket(`${scheme}://127.0.0.1:${port}`, { rejectUnauthorized: false })
    })
    const ends = clients.map((client) => {
      let whole = 0
      const enough = Promise.withResolvers<void>()
      client.on('error', enough.reject)
      client.on('message', (data) => {
        assert.equal((data as Buffer).toString(), text)
        if (++whole === 5) enough.resolve()
      })
      const code = new Promise<number>((resolve) => client.on('close', resolve))
      return { enough: enough.promise, code }
    })
    await within(10_000, 'messages', Promise.all(ends.map(({ enough }) => enough)))
    const drained = adapter.drain()
    const codes = await within(10_000, 'closes', Promise.all(ends.map(({ code }) => code)))
    assert.deepEqual(
      codes,
      Array.from({ length: 10 }, () => 1001),
    )
    await within(10_000, 'drain', drained)
  })
}

test('a client that is let go over TLS after the application’s own close frame', async (t) => {
  const server = createTlsServer(tls)
  server.on('upgrade', (_request, socket: Duplex) => {
    socket.on('error', () => {})
    socket.write(switching)
    socket.write(Buffer.from(goingAway, 'latin1'))
  })
  const { adapter, port } = await drainable(t, server)
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
  t.after(() => socket.destroy())
  const client = new RawClient(socket)
  client.send(askForWebSocket)
  await untilReceived(client, goingAway)
  await within(5_000, 'drain', adapter.drain())
  assert.equal(framesOf(client), goingAway)
})
