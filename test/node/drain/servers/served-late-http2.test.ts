import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createSecureServer,
  createServer as createHttp2Server,
  type Http2Server,
} from 'node:http2'
import { connect as connectRaw, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { listenUnserved, nothing } from './late-serve.ts'
import { Gate, tls } from '../setup.ts'
import { eventually, within } from '../../../helpers/eventually.ts'

const http2 = {
  h2c: { create: (): Http2Server => createHttp2Server(), scheme: 'http' },
  'h2 over TLS': { create: () => createSecureServer(tls) as unknown as Http2Server, scheme: 'https' },
}

for (const [kind, { create, scheme }] of Object.entries(http2)) {
  const open = async (t: TestContext) => {
    const gate = new Gate()
    const server = create()
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      void (headers[':path'] === '/slow' ? gate.pass() : Promise.resolve()).then(() => {
        stream.respond({ ':status': 200 })
        stream.end('done')
      })
    })
    const { port, serve } = await listenUnserved(t, server)
    const session = connectHttp2(`${scheme}://127.0.0.1:${port}`, {
      ca: tls.cert,
      servername: 'localhost',
    } as object)
    t.after(() => session.destroy())
    session.on('error', () => {})
    const opened = once(server, 'session')
    await Promise.all([once(session, 'connect'), opened])
    return { gate, server, serve, session }
  }

  test(`${kind}: a stream from before serve() is counted, waited for and answered in full, and its session told by two GOAWAYs`, async (t) => {
    const { gate, serve, session } = await open(t)
    const answer = get(session, '/slow')
    await gate.entered
    const adapter = serve()
    assert.deepEqual(adapter.snapshot().inFlight, { ...nothing, stream: 1 })
    assert.deepEqual(adapter.snapshot().connections, { active: 1, idle: 0 })
    const goaways: unknown[] = []
    session.on('goaway', (code, last) => goaways.push([code, last]))
    let isDrained = false
    const drained = adapter.drain().then(() => (isDrained = true))
    await eventually('both GOAWAYs are there', () => goaways.length >= 2)
    assert.deepEqual(goaways.slice(0, 2), [
      [0, 2 ** 31 - 1],
      [0, 1],
    ])
    assert.equal(isDrained, false)
    gate.open()
    assert.equal(await within(5_000, 'answer', answer), 'done')
    await within(5_000, 'drain', drained)
  })

  test(`${kind}: an idle session from before serve() is told and ends`, async (t) => {
    const { serve, session } = await open(t)
    assert.equal(await get(session, '/'), 'done')
    const adapter = serve()
    await eventually('the answer is written out', () => adapter.snapshot().inFlight.stream === 0)
    assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 1 })
    const told = once(session, 'goaway')
    await within(5_000, 'drain', adapter.drain())
    assert.deepEqual((await told).slice(0, 2), [0, 2 ** 31 - 1])
  })

  test(`${kind}: forceClose() counts a stream from before serve(), and its client sees an error`, async (t) => {
    const { gate, serve, session } = await open(t)
    const answer = get(session, '/slow')
    await gate.entered
    const adapter = serve()
    assert.deepEqual(
      adapter.forceClose().map(({ kind: what, label }) => [what, label]),
      [['stream', 'stream 1, nothing answered']],
    )
    assert.match(await within(5_000, 'end', answer), /^reset/)
  })

  test(`${kind}: a session from before serve() is served in the delay, also behind a GOAWAY of the client`, async (t) => {
    const { serve, session } = await open(t)
    const adapter = serve()
    adapter.announceClose()
    session.goaway(0)
    assert.equal(await get(session, '/'), 'done')
    await within(5_000, 'drain', adapter.drain())
  })
}

test('h2c: a stream whose head is half sent at serve() is answered in the drain', async (t) => {
  const server = createHttp2Server()
  server.on('stream', (stream) => stream.end('done'))
  const { port, serve } = await listenUnserved(t, server)
  const accepted = once(server, 'connection')
  const client = connectRaw(port, '127.0.0.1')
  t.after(() => client.destroy())
  const [socket] = (await accepted) as [Socket]
  let received = ''
  client.setEncoding('latin1').on('data', (text: string) => (received += text))
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  // HEADERS of stream 1 with END_STREAM and END_HEADERS: GET, http, /, a (RFC 9113 §6.2, RFC 7541 appendix
  // A).
  const head = Buffer.from([0, 0, 6, 1, 5, 0, 0, 0, 1, 0x82, 0x86, 0x84, 1, 1, 0x61])
  const begun = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    settings,
    head.subarray(0, 10),
  ])
  client.write(begun)
  await eventually('half a head is there', () => socket.bytesRead === begun.length)
  const drained = serve(2_000).drain()
  await eventually('the listener is closed', () => !server.listening)
  client.write(head.subarray(10))
  await eventually('the answer is there', () => received.includes('done'))
  client.end()
  await within(5_000, 'drain', drained)
})

async function get(session: ClientHttp2Session, path: string): Promise<string> {
  const stream = session.request({ ':path': path })
  let body = ''
  stream.setEncoding('utf8').on('data', (text: string) => (body += text))
  stream.on('error', () => {})
  await new Promise<void>((resolve) => stream.once('close', resolve))
  return stream.rstCode === 0 ? body : `reset ${stream.rstCode}`
}
