import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { test, type TestContext } from 'node:test'
import { eventually, turns } from '../../../helpers/eventually.ts'
import { manualClock } from '../../../helpers/manual-clock.ts'
import { drainable } from '../setup.ts'

/** As long as a connection is kept whose client may be writing. */
const shutdownDelayMs = 2_000

/** A server whose `/held` waits until the test answers it. */
async function start(t: TestContext) {
  const held: ServerResponse[] = []
  const server = createServer((request, response) => {
    if (request.url !== '/held') return void response.end('ok')
    response.write('begun ')
    held.push(response)
  })
  const made = await drainable(t, server, { shutdownDelayMs })
  const hold = async () => {
    const client = await made.client()
    client.get('/held')
    await client.until(() => client.received.includes('begun'))
    return client
  }
  return { ...made, server, held, hold }
}

test('a connection that promised to stay open is kept for as long as after its announcement, however late its answer ends', async (t) => {
  const { adapter, server, held, hold } = await start(t)
  const client = await hold()
  const looks = t.mock.method(server, 'closeIdleConnections').mock
  const clock = manualClock(t)
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  clock.tick(shutdownDelayMs / 2)
  held[0]?.end('done')
  assert.equal((await client.response()).headers['connection'], 'keep-alive')
  await turns(20)
  clock.tick(shutdownDelayMs - 1)
  await turns(20)
  assert.deepEqual([looks.callCount(), client.ending], [0, 'open'])
  client.get()
  assert.equal((await client.response(2)).headers['connection'], 'close')
  await drained
})

test('a connection whose upload never ends is looked at four times a second, not in every turn', async (t) => {
  const { adapter, client, server } = await start(t)
  const slow = await client()
  const asked = once(server, 'request')
  slow.send('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n1')
  await asked
  await slow.response()
  const looks = t.mock.method(server, 'closeIdleConnections').mock
  const clock = manualClock(t)
  const drained = adapter.drain()
  await eventually('the listener is closed', () => !server.listening)
  clock.tick(shutdownDelayMs)
  await eventually('the first look', () => looks.callCount() === 1)
  for (let seen = 1; seen < 8; seen++) {
    await turns(20)
    clock.tick(249)
    await turns(20)
    assert.equal(looks.callCount(), seen)
    clock.tick(1)
    await eventually('the next look', () => looks.callCount() === seen + 1)
  }
  assert.equal(slow.ending, 'open')
  slow.send('2')
  clock.tick(shutdownDelayMs)
  await turns(20)
  clock.tick(shutdownDelayMs)
  await turns(20)
  clock.tick(shutdownDelayMs)
  await drained
})
