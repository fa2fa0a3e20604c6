import assert from 'node:assert/strict'
import { once } from 'node:events'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { within } from '../../../helpers/eventually.ts'
import { startDrained } from '../setup.ts'

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

test('a request is answered that comes over a stream of the application’s own, together with its end', async (t) => {
  const { adapter, server } = await startDrained(t, (_, response) => response.end('ok'))
  adapter.announceClose()
  let written = ''
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      written += chunk.toString('latin1')
      done()
    },
  })
  server.emit('connection', stream)
  stream.push('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  stream.push(null)
  await within(5_000, 'the end', once(stream, 'finish'))
  assert.match(written, /^HTTP\/1.1 200 OK\r\n[\s\S]*ok$/)
})
