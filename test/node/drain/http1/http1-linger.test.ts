import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { eventually, turns } from '../../../helpers/eventually.ts'
import { type ManualClock, manualClock } from '../../../helpers/manual-clock.ts'
import type { RawClient } from '../../../helpers/raw-http.ts'
import { startDrained } from '../setup.ts'

/** How long a client may be silent behind its last response. */
const SILENCE_MS = 1_000

interface Lingering {
  readonly clock: ManualClock
  readonly client: RawClient
  readonly socket: Socket
  readonly request: IncomingMessage
  /** Lets one time of silence pass, during which the client sends that. */
  turn(sent?: string): Promise<void>
}

/**
 * A connection whose only response is out with `Connection: close`, and whose client does not end its side.
 */
async function linger(
  t: TestContext,
  head: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Lingering> {
  const { adapter, client: connect, server } = await startDrained(t, answer)
  adapter.announceClose()
  const client = await connect({ allowHalfOpen: true })
  const asked = once(server, 'request') as Promise<[IncomingMessage]>
  const clock = manualClock(t)
  client.send(head)
  const [request] = await asked
  const { socket } = request
  assert.equal((await client.response()).headers['connection'], 'close')
  await eventually('our side is ended', () => socket.writableEnded)
  const turn = async (sent = ''): Promise<void> => {
    const before = socket.bytesRead
    if (sent !== '') client.send(sent)
    // What a paused connection does not read is in the kernel.
    await eventually('it has arrived', () => socket.isPaused() || socket.bytesRead >= before + sent.length)
    clock.tick(SILENCE_MS)
    await turns(5)
  }
  return { clock, client, socket, request, turn }
}

const get = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n'
const post = 'POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n'
const accept = (request: IncomingMessage, response: ServerResponse): void => {
  request.on('error', () => {}).on('data', () => {})
  response.writeHead(202).end('accepted')
}

test('a client that is silent behind its last response is waited for a second, and then closed', async (t) => {
  const { clock, client, socket } = await linger(t, get, (_, response) => response.end('ok'))
  clock.tick(SILENCE_MS - 1)
  await turns(5)
  assert.equal(socket.destroyed, false)
  clock.tick(1)
  assert.equal(socket.destroyed, true)
  assert.equal(await client.ended(), 'end')
})

test('a client that goes on sending behind a complete request is closed after five seconds of it', async (t) => {
  const { socket, turn } = await linger(t, get, (_, response) => response.end('ok'))
  // One more request, whose head comes line by line.
  await turn('GET / HTTP/1.1\r\n')
  for (let line = 0; line < 3; line++) await turn(`x-line-${line}: x\r\n`)
  assert.equal(socket.destroyed, false)
  await turn('x-line: x\r\n')
  assert.equal(socket.destroyed, true)
})

test('an upload that is read may be silent for five seconds, again after each byte, and ends as aborted', async (t) => {
  const { socket, request, turn } = await linger(t, `${post}x`, accept)
  const failed = once(request, 'error') as Promise<[NodeJS.ErrnoException]>
  for (let round = 0; round < 2; round++) {
    for (let times = 0; times < 4; times++) await turn()
    assert.equal(socket.destroyed, false, `in round ${round}`)
    await turn('x')
  }
  for (let times = 0; times < 4; times++) await turn()
  assert.equal(socket.destroyed, false)
  await turn()
  assert.equal(socket.destroyed, true)
  const [{ code, message }] = await failed
  assert.deepEqual([code, message], ['ECONNRESET', 'aborted'])
})

test('an upload that is read to its end is a complete request: a second of silence is enough', async (t) => {
  const { socket, request, turn } = await linger(t, `${post}x`, accept)
  for (let times = 0; times < 8; times++) await turn('x')
  assert.equal(socket.destroyed, false)
  await turn('x'.repeat(991))
  assert.deepEqual([request.complete, socket.destroyed], [true, false])
  await turn()
  assert.deepEqual([request.errored, socket.destroyed], [null, true])
})

test('an upload that was refused is not waited for longer than its client is silent', async (t) => {
  const refuse = (request: IncomingMessage, response: ServerResponse): void => {
    request.on('error', () => {}).on('data', () => {})
    response.writeHead(413).end('too large')
  }
  const { socket, turn } = await linger(t, `${post}x`, refuse)
  await turn('x')
  assert.equal(socket.destroyed, false)
  await turn()
  assert.equal(socket.destroyed, true)
})

test('an upload whose handler is slow is waited for as long as the handler takes', async (t) => {
  const slow = (request: IncomingMessage, response: ServerResponse): void => {
    request
      .on('error', () => {})
      .on('data', () => {})
      .pause()
    response.writeHead(202).end('accepted')
  }
  const { socket, request, turn } = await linger(t, `${post}${'x'.repeat(500)}`, slow)
  for (let times = 0; times < 12; times++) await turn()
  assert.equal(socket.destroyed, false)
  request.resume()
  await turn('x'.repeat(500))
  await eventually('it is complete', () => request.complete)
  await turn()
  assert.equal(socket.destroyed, true)
})
