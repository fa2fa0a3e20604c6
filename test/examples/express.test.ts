import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:http2'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import type { Report } from '../../src/core/report.ts'
import { type Program, startExample } from './program.ts'

const auto = new URL('../../src/integrations/auto/index.ts', import.meta.url).href
// Express is installed for the contract suite, and nowhere else.
const packages = fileURLToPath(new URL('../contract/node_modules', import.meta.url))

async function start(t: TestContext): Promise<Program> {
  const env = { NODE_OPTIONS: `--import ${auto}`, NODE_PATH: packages, LASTCALL_SHUTDOWN_DELAY: '200ms' }
  const program = await startExample(t, 'express/server.js', env)
  await program.line('listening on')
  return program
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

test('the unchanged Express example answers on its routes and refuses what does not fit', async (t) => {
  const { child, url, probeUrl, http2Url, exited } = await start(t)
  assert.equal((await fetch(url)).status, 200)
  assert.deepEqual(await (await fetch(`${url}/echo`, post({ id: 'a-1' }))).json(), { id: 'a-1', item: 'tea' })
  assert.equal((await fetch(`${url}/echo`, post({}))).status, 400)
  assert.equal((await fetch(`${url}/slow?ms=5`)).status, 200)
  assert.equal((await fetch(`${url}/slow?ms=60001`)).status, 400)
  assert.equal((await fetch(`${url}/stream?chunks=0`)).status, 400)
  assert.equal((await fetch(`${probeUrl}/readyz`)).status, 200)
  assert.equal((await fetch(`${url}/large?mb=17`)).status, 400)
  for (const path of ['/stream?chunks=2', '/large?mb=1']) {
    const text = await (await fetch(`${url}${path}`)).text()
    const [, body = '', hash] = /^(.*\n)sha256 (\w+)\n$/s.exec(text) ?? []
    assert.equal(createHash('sha256').update(body).digest('hex'), hash)
  }
  const session = connect(http2Url)
  for (const [order, status] of [
    ['{"id":"a-1"}', 200],
    ['{}', 400],
  ] as const) {
    const stream = session.request({ ':method': 'POST', ':path': '/echo' })
    stream.resume().end(order)
    const [headers] = (await once(stream, 'response')) as [{ ':status'?: number }]
    assert.equal(headers[':status'], status)
  }
  session.close()
  child.kill('SIGTERM')
  assert.equal(await exited, 0)
})

test('under lastcall/auto it ends everything that is open in order, then calls its own handler, and exits with 0', async (t) => {
  const { child, lines, url, http2Url, exited } = await start(t)
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  await once(socket, 'open')
  socket.send('hello')
  await once(socket, 'message')
  const session = connect(http2Url)
  t.after(() => session.destroy())
  await once(session, 'connect')
  const last = Math.floor(Date.now() / 100) - 10
  const headers = { accept: 'text/event-stream', 'last-event-id': String(last) }
  const events = await fetch(`${url}/events`, { headers })
  const stream = await fetch(`${url}/stream?chunks=20`)

  const closed = Promise.all([once(socket, 'close'), once(session, 'goaway')])
  child.kill('SIGTERM')
  const text = await events.text()
  assert.match(text, /^(id: \d+\ndata: .*\n\n)+$/)
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  // The second that was missed is sent again, and nothing is left out after it.
  assert.ok(ids.length >= 10, text)
  assert.deepEqual(
    ids,
    ids.map((_, index) => last + 1 + index),
  )
  assert.match(await stream.text(), /sha256 \w+\n$/)
  const [[code], [goaway]] = (await closed) as [[number], [number]]
  assert.deepEqual([code, goaway], [1001, 0])
  assert.equal(await exited, 0)
  const end = ['connectionsDrained', 'SIGTERM signal received', 'HTTP server closed', 'lastcall: stopped']
  const order = end.map((text) => lines.findIndex((line) => line.includes(text)))
  assert.ok(!order.includes(-1), lines.join('\n'))
  // Two pipes: only what is on the same one has an order.
  assert.ok(order[0]! < order[3]! && order[1]! < order[2]!)
  const stopped = lines.find((line) => line.includes('lastcall: stopped')) ?? '{}'
  const { report } = JSON.parse(stopped) as { report: Report }
  assert.deepEqual([report.clean, report.forcedCloses.total], [true, 0])
})
