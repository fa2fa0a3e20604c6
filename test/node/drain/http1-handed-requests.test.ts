import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { startDrained } from './setup.ts'

test('requests that the application hands to its server without a connection are handed on at once', async (t) => {
  const seen: unknown[] = []
  const { adapter, server } = await startDrained(t, (request) => seen.push(request.url))
  adapter.announceClose()
  const real = Object.assign(new IncomingMessage(null as unknown as Socket), { url: '/real' })
  server.emit('request', real, new ServerResponse(real))
  server.emit('request', { url: '/fake' }, { end: () => {} })
  server.emit('upgrade', { url: '/fake' }, new Socket(), Buffer.alloc(0))
  assert.deepEqual(seen, ['/real', '/fake'])
})

test('a response of the application’s own kind may stand beside a request with a socket', async (t) => {
  const seen: unknown[] = []
  const { adapter, server } = await startDrained(t, (request) => seen.push(request.url))
  adapter.announceClose()
  server.emit('request', { url: '/fake', socket: new Socket() }, { end: () => {} })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(seen, ['/fake'])
})
