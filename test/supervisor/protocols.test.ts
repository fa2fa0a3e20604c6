import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { get as getHttps } from 'node:https'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { eventually } from '../helpers/eventually.ts'
import { takePort } from '../helpers/ports.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'

const program = fileURLToPath(new URL('../fixtures/supervisor/protocols.ts', import.meta.url))

interface Running {
  readonly supervised: Supervised
  readonly tls: number
  readonly h2c: number
}

async function start(t: TestContext): Promise<Running> {
  const tls = await takePort()
  const h2c = await takePort()
  const args = ['--listen', `tls=127.0.0.1:${tls}`, '--listen', `h2c=127.0.0.1:${h2c}`]
  const supervised = await startSupervised(t, { args, command: [process.execPath, program] })
  await supervised.serves(1)
  return { supervised, tls, h2c }
}

test('WebSocket: every message is answered or its connection closed with 1001, and the client comes back', async (t) => {
  const { supervised } = await start(t)
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${supervised.port}`)
    await once(socket, 'open')
    return socket
  }
  const answers: string[] = []
  const first = await open()
  const closed = once(first, 'close') as Promise<[number]>
  let sent = 0
  first.on('message', (data: Buffer) => {
    answers.push(data.toString())
    // One message at a time: what is sent is answered, unless the close comes first.
    if (first.readyState === WebSocket.OPEN) first.send(String(sent++))
  })
  first.send(String(sent++))
  await eventually('messages flow', () => answers.length > 5)
  assert.equal(await supervised.restart(), 'completed')
  const [code] = await closed
  assert.equal(code, 1001)
  assert.ok(sent - answers.length <= 1, `${sent} sent, ${answers.length} answered`)
  assert.deepEqual(
    answers,
    Array.from(answers, (_, index) => `1 ${index}`),
  )
  const second = await open()
  t.after(() => second.terminate())
  second.send('hello')
  const [data] = (await once(second, 'message')) as [Buffer]
  assert.equal(data.toString(), '2 hello')
})

test('SSE: the stream ends whole, with a reconnection time, and the next one is of the new generation', async (t) => {
  const { supervised } = await start(t)
  const open = async (): Promise<IncomingMessage> => {
    const request = get({ host: '127.0.0.1', port: supervised.port, path: '/events', agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return response
  }
  const first = await open()
  const whole = text(first)
  assert.equal(await supervised.restart(), 'completed')
  const events = await whole
  assert.ok(first.complete, 'the last chunk has arrived')
  assert.match(events, /^retry: 10$/m)
  assert.match(events, /^data: 1 0$/m)
  const second = await open()
  t.after(() => second.destroy())
  const [chunk] = (await once(second, 'data')) as [Buffer]
  assert.match(chunk.toString(), /data: 2 0/)
})

test('HTTP/2: the session gets GOAWAY, its stream is answered, and a new session is of the new generation', async (t) => {
  const { supervised, h2c } = await start(t)
  const session = connectHttp2(`http://127.0.0.1:${h2c}`)
  t.after(() => session.destroy())
  const goneAway = once(session, 'goaway')
  assert.equal(await askHttp2(session), '1')
  assert.equal(await supervised.restart(), 'completed')
  await goneAway
  await once(session, 'close')
  const next = connectHttp2(`http://127.0.0.1:${h2c}`)
  t.after(() => next.destroy())
  assert.equal(await askHttp2(next), '2')
})

test('TLS: connections during a restart are served, first by the old and then by the new generation', async (t) => {
  const { supervised, tls } = await start(t)
  const ask = async (): Promise<string> => {
    const request = getHttps({ host: '127.0.0.1', port: tls, rejectUnauthorized: false, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return text(response)
  }
  const seen: string[] = []
  let over = false
  const restart = supervised.restart().finally(() => (over = true))
  while (!over) seen.push(await ask())
  assert.equal(await restart, 'completed')
  assert.equal(await ask(), '2')
  // For a moment both generations accept, and nobody is refused.
  assert.equal(seen[0], '1')
  assert.ok(seen.every((generation) => ['1', '2'].includes(generation)))
})

async function askHttp2(session: ClientHttp2Session): Promise<string> {
  const stream = session.request({ ':path': '/' })
  return text(stream)
}
