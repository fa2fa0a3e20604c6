import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, createSecureServer, createServer } from 'node:http2'
import { test, type TestContext } from 'node:test'
import { eventually, turns, within } from '../../../helpers/eventually.ts'
import { manualClock } from '../../../helpers/manual-clock.ts'
import { connectGated } from '../tls/gated-tls.ts'
import { drainable, tls } from '../setup.ts'

const anyStream = 2 ** 31 - 1
/** As long as a connection is kept whose client may be about to ask. */
const shutdownDelayMs = 2_000
/** As long as an answer to the first GOAWAY is waited for. */
const answerMs = 250

/** A client that remembers the last stream of each GOAWAY. */
function follow(t: TestContext, session: ClientHttp2Session) {
  const goaways: number[] = []
  session.on('error', () => {})
  session.on('goaway', (_code, last) => goaways.push(last ?? 0))
  t.after(() => session.destroy())
  const get = async (): Promise<string> => {
    const stream = session.request({ ':path': '/' })
    let body = ''
    stream.setEncoding('utf8').on('data', (text: string) => (body += text))
    stream.on('error', () => {})
    await new Promise((resolve) => stream.once('close', resolve))
    return stream.rstCode === 0 ? body : `reset ${stream.rstCode}`
  }
  return { session, goaways, get }
}

async function dial(t: TestContext, port: number) {
  const client = follow(t, connect(`http://127.0.0.1:${port}`))
  await once(client.session, 'connect')
  return client
}

function answering() {
  const server = createServer()
  server.on('stream', (stream) => stream.end('ok'))
  return server
}

test('a young session is told at once when it has been used, and has its time for a first stream when not', async (t) => {
  const { adapter, port } = await drainable(t, answering(), { shutdownDelayMs })
  const unused = await dial(t, port)
  const used = await dial(t, port)
  assert.equal(await used.get(), 'ok')
  await eventually('both are known', () => adapter.snapshot().connections.idle === 2)
  const clock = manualClock(t)
  const drained = adapter.drain()
  await once(used.session, 'goaway')
  // An idle Node client waits for the server to close.
  clock.tick(answerMs)
  await once(used.session, 'close')
  clock.tick(shutdownDelayMs / 2)
  await turns(20)
  assert.deepEqual([used.goaways[0], unused.goaways], [anyStream, []])
  const told = once(unused.session, 'goaway')
  clock.tick(shutdownDelayMs / 2)
  await told
  clock.tick(answerMs)
  await once(unused.session, 'close')
  assert.equal(unused.goaways[0], anyStream)
  await drained
})

test('a session whose first stream comes in the drain is told then, and not once more when its time is over', async (t) => {
  const server = createServer()
  const { adapter, port } = await drainable(t, server, { shutdownDelayMs })
  const client = await dial(t, port)
  await eventually('it is known', () => adapter.snapshot().connections.idle === 1)
  const clock = manualClock(t)
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  const asked = once(server, 'stream')
  const answer = client.get()
  const [stream] = await asked
  await eventually('both GOAWAYs', () => client.goaways.length === 2)
  clock.tick(shutdownDelayMs)
  await turns(20)
  stream.end('ok')
  assert.equal(await answer, 'ok')
  await drained
  // The final one may be said again when the session is destroyed.
  assert.deepEqual([client.goaways[0], ...new Set(client.goaways.slice(1))], [anyStream, 1])
})

test('a session that is opened in the delay serves on behind a GOAWAY of its client', async (t) => {
  const { adapter, port } = await drainable(t, answering())
  adapter.announceClose()
  const client = await dial(t, port)
  client.session.goaway(0)
  assert.equal(await client.get(), 'ok')
  await within(5_000, 'drain', adapter.drain())
})

test('a session whose handshake ends in the drain serves its first stream behind a GOAWAY of its client', async (t) => {
  const server = createSecureServer(tls)
  server.on('stream', (stream) => stream.end('ok'))
  const { adapter, port } = await drainable(t, server, { shutdownDelayMs })
  const accepted = once(server, 'connection')
  const gated = await connectGated(t, { port, host: '127.0.0.1' }, ['h2'])
  gated.begin(10)
  await accepted
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  const socket = await gated.finish()
  const client = follow(t, connect('https://localhost', { createConnection: () => socket }))
  client.session.goaway(0)
  assert.equal(await client.get(), 'ok')
  await within(10_000, 'drain', drained)
})

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')
/** GET http://test/ on stream 1, with indexed fields (RFC 7541, appendix A). */
const request = Buffer.from('\0\0\x09\x01\x05\0\0\0\x01\x82\x86\x84\x41\x04test', 'latin1')

/** How many frames of a type a client has got (RFC 9113 §4.1). */
function countFrames(received: string, type: number): number {
  const bytes = Buffer.from(received, 'latin1')
  let count = 0
  for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3))
    if (bytes[at + 3] === type) count++
  return count
}

const frames = { ping: 6, goaway: 7 } as const
/** Heads of a PING and of its answer, and a GOAWAY before the first stream. */
const ping = '\0\0\x08\x06\0\0\0\0\0'
const pong = Buffer.from('\0\0\x08\x06\x01\0\0\0\0', 'latin1')
const goaway = Buffer.concat([Buffer.from('\0\0\x08\x07', 'latin1'), Buffer.alloc(13)])

for (const [what, sign] of [
  ['the answer to the PING', pong],
  ['a GOAWAY', goaway],
] as const) {
  test(`with a stream open, the final GOAWAY comes with ${what} of the client, and is not waited for any longer`, async (t) => {
    const server = createServer()
    const { adapter, client } = await drainable(t, server)
    const one = await client()
    const asked = once(server, 'stream')
    one.socket.write(Buffer.concat([preface, request]))
    await asked
    manualClock(t)
    void adapter.drain()
    await eventually('the first one', () => countFrames(one.received, frames.goaway) === 1)
    const at = one.received.indexOf(ping) + ping.length
    const pinged = Buffer.from(one.received.slice(at, at + 8), 'latin1')
    one.socket.write(sign === goaway ? goaway : Buffer.concat([sign, pinged]))
    await eventually('the final one', () => countFrames(one.received, frames.goaway) === 2)
  })
}

for (const [what, bytes] of [
  ['has asked nothing', preface],
  ['is in the middle of its first head', Buffer.concat([preface, request.subarray(0, 12)])],
  ['has its answer', Buffer.concat([preface, request])],
] as const) {
  test(`a client that ${what}, answers no PING and never closes does not hold the drain`, async (t) => {
    const { adapter, client } = await drainable(t, answering())
    const silent = await client({ allowHalfOpen: true })
    silent.socket.write(bytes)
    await eventually('it is known', () => adapter.snapshot().connections.idle === 1)
    if (bytes.length > preface.length + 12) await silent.until(() => silent.received.includes('ok'))
    await within(10_000, 'drain', adapter.drain())
    assert.deepEqual(adapter.forceClose(), [])
  })
}
