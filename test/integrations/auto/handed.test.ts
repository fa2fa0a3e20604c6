import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RawClient } from '../../helpers/raw-http.ts'
import { takePort } from '../../helpers/ports.ts'
import { logged, portOf, runApp } from './setup.ts'

test('HTTP behind a port sniffer is drained as HTTP: idle connections are closed, answers say so, raw ones are waited for', async (t) => {
  const child = runApp(t, 'apps/sniffer.mjs', {
    env: { PORT: String(await takePort()), LASTCALL_SHUTDOWN_DELAY: '500ms' },
  })
  const port = await portOf(child)
  const [idle, used, slow, raw] = (await Promise.all(
    Array.from({ length: 4 }, async () => RawClient.connect(port)),
  )) as [RawClient, RawClient, RawClient, RawClient]
  for (const client of [idle, used]) {
    client.get('/before')
    assert.equal((await client.response()).headers['connection'], 'keep-alive')
  }
  slow.get('/slow')
  await child.line(/^slow$/)
  child.kill('SIGTERM')
  await logged(child, 'shutdownInitiated')
  raw.send('hello\n')
  await child.line(/^raw$/)
  used.get('/after')
  assert.equal((await used.response(2)).headers['connection'], 'close')
  assert.equal((await slow.response()).headers['connection'], 'close')
  assert.equal(await idle.ended(), 'end')
  assert.equal(await raw.ended(), 'end')
  assert.equal(raw.received, 'echo hello\n')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  // The slow one: nothing is counted as a raw connection that an http server has got.
  assert.deepEqual([child.report().clean, child.report().events[0]!.inFlight], [true, 1])
})

test('an upgrade is the first thing that an http server behind a port sniffer sees, and gets its close handshake', async (t) => {
  const child = runApp(t, 'apps/sniffer.mjs', { env: { PORT: String(await takePort()) } })
  const client = await RawClient.connect(await portOf(child))
  client.get('/socket', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')
  await client.until(() => client.received.includes('101 '))
  const head = client.received.length
  child.kill('SIGTERM')
  await client.until(() => client.received.length > head || client.ending !== 'open')
  // 1001, going away.
  assert.equal(Buffer.from(client.received.slice(head), 'latin1').subarray(0, 4).toString('hex'), '880203e9')
  client.socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 3, 0xe9]))
  assert.equal(await client.ended(), 'end')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})
