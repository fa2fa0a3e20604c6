import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { startExample } from './program.ts'

test('the example ends a WebSocket with 1001, events with a last chunk and HTTP/2 with GOAWAY, and exits with 0', async (t) => {
  const env = { LASTCALL_SHUTDOWN_DELAY: '200ms' }
  const { child, line, url, http2Url, exited } = await startExample(t, 'fastify/server.ts', env)
  await line('Server listening')

  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await once(socket, 'open')
  socket.send('hello')
  const [message, isBinary] = (await once(socket, 'message')) as [Buffer, boolean]
  assert.deepEqual([message.toString(), isBinary], ['hello', false])

  const last = Math.floor(Date.now() / 100) - 10
  const events = await fetch(`${url}/events`, { headers: { 'last-event-id': String(last) } })
  assert.match(events.headers.get('content-type') ?? '', /^text\/event-stream/)

  const session = connect(http2Url)
  t.after(() => session.destroy())
  const stream = session.request({ ':method': 'POST', ':path': '/echo' })
  stream.end('{"id":"a-1"}')
  const body = Buffer.concat(await stream.toArray()).toString()
  assert.deepEqual(JSON.parse(body), { id: 'a-1', item: 'tea' })
  const bad = session.request({ ':method': 'POST', ':path': '/echo' })
  bad.resume().end('{}')
  const [headers] = (await once(bad, 'response')) as [{ ':status'?: number }]
  assert.equal(headers[':status'], 400)

  const closed = Promise.all([once(socket, 'close'), once(session, 'goaway')])
  child.kill('SIGTERM')
  const text = await events.text()
  assert.match(text, /^(id: \d+\ndata: .*\n\n)+retry: 100\n\n$/)
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  // The second that was missed is sent again, and nothing is left out after it.
  assert.ok(ids.length >= 10, text)
  assert.deepEqual(
    ids,
    ids.map((_, index) => last + 1 + index),
  )
  const [[code], [goaway]] = (await closed) as [[number], [number]]
  assert.deepEqual([code, goaway], [1001, 0])
  assert.equal(await exited, 0)
})

test('the example takes its event ids from the clock, which all pods share, and keeps five seconds of them', async (t) => {
  const { line, url } = await startExample(t, 'fastify/server.ts')
  await line('Server listening')
  const now = (): number => Math.floor(Date.now() / 100)
  const firstId = async (after?: number): Promise<number> => {
    const headers = after === undefined ? {} : { 'last-event-id': String(after) }
    const { body } = await fetch(`${url}/events`, { headers })
    const { value } = await body!.pipeThrough(new TextDecoderStream()).getReader().read()
    return Number(/^id: (\d+)\n/.exec(value ?? '')?.[1])
  }
  const before = now()
  const fresh = await firstId()
  assert.ok(fresh > before && fresh <= now() + 1, 'without an id the next event comes')
  const asked = now()
  const old = await firstId(1)
  assert.ok(old >= asked - 50 && old <= now() - 50, 'what is older than five seconds leaves a gap')
  const soon = now() + 3
  assert.equal(await firstId(soon), soon + 1, 'an event of a clock that is ahead is waited for')
})

test('the example sends a large report whose last line is the hash of the rest', async (t) => {
  const { line, url } = await startExample(t, 'fastify/server.ts')
  await line('Server listening')
  const body = Buffer.from(await (await fetch(`${url}/large?mb=2`)).arrayBuffer())
  const hash = createHash('sha256').update(body.subarray(0, -72)).digest('hex')
  assert.deepEqual([body.length, body.subarray(-72).toString()], [2_000_072, `sha256 ${hash}\n`])
  assert.equal((await fetch(`${url}/large?mb=65`)).status, 400)
})
