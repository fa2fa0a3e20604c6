import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { ConnectionTracker } from '../../../../src/node/drain/http1/connection-tracker.ts'
import { drainable } from '../setup.ts'

/** As many as make the tracker look for what it can forget. */
const MANY = 70

test('http.Server: connections that were sent to workers, as sticky sessions do, are left to them and forgotten', async (t) => {
  const child = fork(new URL('../../../fixtures/socket-taker.ts', import.meta.url), { stdio: 'inherit' })
  t.after(() => child.kill('SIGKILL'))
  const server = createServer({}, () => assert.fail('the primary answers nothing'))
  // As @socket.io/sticky does: the primary never parses a request.
  server.removeAllListeners('connection')
  const { adapter, port } = await drainable(t, server)
  const tracker = new ConnectionTracker(server, 'connection')
  t.after(() => tracker.release())
  server.on('connection', (socket: Socket) => {
    child.send('socket', socket)
  })
  const send = async (): Promise<RawClient> => {
    const taken = once(child, 'message')
    const client = await RawClient.connect(port)
    t.after(() => client.close())
    await within(10_000, 'the child', taken)
    return client
  }
  const first = await send()
  assert.deepEqual(adapter.snapshot().connections, { active: 0, idle: 0 })
  for (let count = 1; count < MANY; count++) await send()
  assert.ok(tracker.size < MANY / 2, `nobody asked, and ${tracker.size} are remembered`)
  await within(5_000, 'drain', adapter.drain())
  first.send('hello')
  await within(
    5_000,
    'answer',
    first.until(() => first.received === 'child: hello'),
  )
})
