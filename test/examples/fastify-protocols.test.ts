import assert from 'node:assert/strict'
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

  const events = await fetch(`${url}/events`, { headers: { 'last-event-id': '41' } })
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
  assert.match(text, /^id: 42\ndata: .*\n\nid: 43\n/)
  assert.match(text, /\n\nretry: 100\n\n$/)
  const [[code], [goaway]] = (await closed) as [[number], [number]]
  assert.deepEqual([code, goaway], [1001, 0])
  assert.equal(await exited, 0)
})
