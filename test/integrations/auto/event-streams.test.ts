import assert from 'node:assert/strict'
import { connect } from 'node:http2'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Child } from '../../helpers/child.ts'
import { RawClient } from '../../helpers/raw-http.ts'
import { takePort } from '../../helpers/ports.ts'
import { logged, portOf, runApp, untilServed } from './setup.ts'

const app = 'apps/event-streams.mjs'
const clean = { code: 0, signal: null }
/** What EventSource sends. */
const accept = 'Accept: text/event-stream\r\n'

/** A client that has the stream's head. */
async function subscribe(t: TestContext, child: Child, path: string): Promise<RawClient> {
  return ask(t, child, `GET ${path} HTTP/1.1\r\nHost: test\r\n${accept}\r\n`)
}

async function ask(t: TestContext, child: Child, request: string): Promise<RawClient> {
  const client = await RawClient.connect(await portOf(child))
  t.after(() => client.close())
  client.send(request)
  await client.until(() => client.received.includes('\r\n\r\n') || client.ending !== 'open')
  return client
}

test('an event stream that nobody ends is ended where an event ends, with its last chunk, and the exit is clean (trap 24)', async (t) => {
  const child = runApp(t, app)
  const client = await subscribe(t, child, '/ticks')
  await client.until(() => client.received.includes('id: 3\n'))
  child.kill('SIGTERM')
  const { body } = await client.response()
  assert.match(body, /^(id: \d+\ndata: tick\n\n)+$/)
  await child.line(/^closed \/ticks$/)
  assert.deepEqual(await child.exit(), clean)
  const { forcedCloses, events } = child.report()
  assert.deepEqual([forcedCloses.total, events[0]!.inFlight], [0, 1])
  assert.match(child.stderr, /"eventStreams":1/)
})

test('what is written to an ended stream is dropped: its callback has an error, and nothing is thrown or emitted', async (t) => {
  const child = runApp(t, app)
  const client = await subscribe(t, child, '/ticks')
  // A request in flight keeps the process, and the news come after the stream's end.
  const other = await subscribe(t, child, '/half')
  child.kill('SIGTERM')
  await client.response()
  await child.line(/^gone \/ticks$/)
  child.kill('SIGUSR2')
  await other.response()
  assert.deepEqual(await child.exit(), clean)
  assert.match(child.stdout, /^written: ERR_STREAM_DESTROYED$/m)
  assert.match(child.stdout, /^ended$/m)
  assert.equal(child.report().uncaughtErrors, undefined)
})

test('an event that is half written is waited for, and so is what is written along with its end', async (t) => {
  const child = runApp(t, app)
  const client = await subscribe(t, child, '/half')
  await client.until(() => client.received.includes('id: 2\r\n'))
  const quiet = await subscribe(t, child, '/quiet')
  child.kill('SIGTERM')
  // Opened last, ended last.
  await quiet.response()
  child.kill('SIGUSR2')
  const { body } = await client.response()
  assert.equal(body, 'data: one\r\n\r\nid: 2\r\ndata: two\r\n\r\ndata: three\n\n')
  assert.deepEqual(await child.exit(), clean)
})

test('a stream with nothing in it, one whose last lines are comments and one that is piped are ended as well', async (t) => {
  const child = runApp(t, app)
  const quiet = await subscribe(t, child, '/quiet')
  const comments = await subscribe(t, child, '/comments')
  await comments.until(() => comments.received.includes(': still there\n'))
  const piped = await subscribe(t, child, '/piped')
  await piped.until(() => piped.received.includes('data: piped'))
  child.kill('SIGTERM')
  assert.equal((await quiet.response()).body, '')
  assert.equal((await comments.response()).body, 'data: one\n\n: still there\n')
  assert.match((await piped.response()).body, /^(data: piped\n\n)+$/)
  assert.deepEqual(await child.exit(), clean)
})

test('a stream that is opened in the drain is ended at once', async (t) => {
  const child = runApp(t, app)
  const waiting = await subscribe(t, child, '/half')
  const client = await RawClient.connect(await portOf(child))
  client.send('GET /quiet HTTP/1.1\r\n')
  await client.until(() => client.socket.bytesWritten > 0)
  child.kill('SIGTERM')
  await logged(child, 'shutdownDelayElapsed')
  client.send(`Host: test\r\n${accept}\r\n`)
  const { status, headers } = await client.response()
  assert.deepEqual([status, headers['connection']], [200, 'close'])
  child.kill('SIGUSR2')
  await waiting.response()
  assert.deepEqual(await child.exit(), clean)
})

test('over HTTP/2 a stream ends with END_STREAM and not with a reset', async (t) => {
  const child = runApp(t, app, { args: ['http2'] })
  const session = connect(`http://127.0.0.1:${await portOf(child)}`)
  t.after(() => session.destroy())
  const stream = session.request({ ':path': '/ticks', accept: 'text/event-stream' }).setEncoding('utf8')
  let body = ''
  for await (const text of stream) {
    if (body === '') child.kill('SIGTERM')
    body += text
  }
  assert.match(body, /^(id: \d+\ndata: tick\n\n)+$/)
  assert.equal(stream.rstCode, 0)
  assert.deepEqual(await child.exit(), clean)
})

test('what a middleware compresses is ended with the trailer of its compression', async (t) => {
  const port = await takePort()
  const program = fileURLToPath(new URL('../../contract/apps/compression/server.cjs', import.meta.url))
  const child = runApp(t, program, { env: { PORT: String(port) } })
  await untilServed(child, port)
  const client = await RawClient.connect(port)
  t.after(() => client.close())
  client.get('/events', `${accept}Accept-Encoding: gzip\r\n`)
  await child.line(/^event 3$/)
  child.kill('SIGTERM')
  const { headers, body } = await client.response()
  assert.equal(headers['content-encoding'], 'gzip')
  // Rejects a stream without its trailer.
  const text = gunzipSync(Buffer.from(body, 'latin1')).toString()
  assert.match(text, /^(id: \d+\ndata: event\n\n){3,}$/)
  assert.deepEqual(await child.exit(), clean)
})

test('a stream that was compressed before it is written, and other responses, are left to the drain', async (t) => {
  const child = runApp(t, app, { env: { LASTCALL_DRAIN_TIMEOUT: '500ms' } })
  const other = await subscribe(t, child, '/other')
  const gzipped = await subscribe(t, child, '/gzipped')
  const quiet = await subscribe(t, child, '/quiet')
  child.kill('SIGTERM')
  await quiet.response()
  child.kill('SIGUSR2')
  assert.equal((await other.response()).body, 'one\n\ntwo\n\n')
  assert.equal(await gzipped.ended(), 'reset')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.report().forcedCloses.total, 1)
})

test('an answer to POST, and one that nobody asked for as EventSource does, has an end of its own and is left to it', async (t) => {
  const child = runApp(t, app)
  const posted = await ask(
    t,
    child,
    `POST /answer HTTP/1.1\r\nHost: test\r\n${accept}Content-Length: 0\r\n\r\n`,
  )
  const fetched = await ask(t, child, 'GET /answer HTTP/1.1\r\nHost: test\r\nAccept: */*\r\n\r\n')
  const quiet = await subscribe(t, child, '/quiet')
  child.kill('SIGTERM')
  await quiet.response()
  child.kill('SIGUSR2')
  for (const client of [posted, fetched]) {
    assert.equal((await client.response()).body, 'data: one\n\ndata: [DONE]\n\n')
  }
  assert.deepEqual(await child.exit(), clean)
})

test('LASTCALL_AUTO_EVENT_STREAMS=false leaves streams to the drain, without a warning about the variable', async (t) => {
  const env = { LASTCALL_DRAIN_TIMEOUT: '200ms', LASTCALL_AUTO_EVENT_STREAMS: 'false' }
  const child = runApp(t, app, { env })
  // Nothing is on its way at the reset: a client of Node 22 that got data with it was seen to take it for an
  // end.
  const client = await subscribe(t, child, '/quiet')
  await logged(child, 'startupCompleted')
  child.kill('SIGTERM')
  assert.equal(await client.ended(), 'reset')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.stderr.includes('LASTCALL_AUTO_EVENT_STREAMS'), false)
})

test('another value of LASTCALL_AUTO_EVENT_STREAMS ends the start', async (t) => {
  const child = runApp(t, app, { env: { LASTCALL_AUTO_EVENT_STREAMS: 'no' } })
  assert.equal((await child.exit()).code, 1)
  assert.match(child.stderr, /LASTCALL_AUTO_EVENT_STREAMS: got 'no' \(string\), wanted true or false/)
})
