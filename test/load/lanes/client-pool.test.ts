import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import type { HttpClient } from '../../../src/load/http1/client.ts'
import { createClientPool } from '../../../src/load/lanes/keep-alive/client-pool.ts'
import { listen } from '../../helpers/listen.ts'

test('what a pause of this process has delayed goes out on the connections that there are', async (t) => {
  const server = createServer()
  const accepted = once(server, 'connection')
  const { port } = await listen(t, server)
  const socket = connect(port)
  const [peer] = (await accepted) as [Socket]
  t.after(() => (socket.destroy(), peer.destroy()))

  const client = {} as HttpClient
  let opened = 0
  const pool = createClientPool({ first: 1, maxFree: 1, open: () => (opened++, client), close: () => {} })
  await pool.take()
  socket.once('data', () => pool.giveBack(client))
  const waiting = pool.take()
  peer.write('an answer')
  // Longer than a request waits before one more connection is opened.
  for (const end = performance.now() + 200; performance.now() < end;);
  await waiting
  assert.equal(opened, 1)
})
