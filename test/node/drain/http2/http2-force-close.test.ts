import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, constants, createServer } from 'node:http2'
import { test } from 'node:test'
import { drainable } from '../setup.ts'

test('a begun HTTP/2 response that is force-closed is an error to its client, and not a short one', async (t) => {
  const server = createServer((_, response) => response.write('begun'))
  const { adapter, port } = await drainable(t, server)
  const session = connect(`http://127.0.0.1:${port}`)
  t.after(() => session.destroy())
  session.on('error', () => {})
  const goaway = once(session, 'goaway')
  const request = session.request()
  const seen: string[] = []
  for (const event of ['end', 'error']) request.on(event, () => seen.push(event))
  const closed = new Promise<void>((resolve) => request.once('close', resolve))
  await once(request, 'data')
  assert.equal(adapter.forceClose().length, 1)
  await closed
  assert.deepEqual(seen, ['error'])
  assert.equal((await goaway)[0], constants.NGHTTP2_CANCEL)
})

test('an idle HTTP/2 session that is force-closed is no error to its client', async (t) => {
  const server = createServer((_, response) => response.end('ok'))
  const { adapter, port } = await drainable(t, server)
  const session = connect(`http://127.0.0.1:${port}`)
  t.after(() => session.destroy())
  const errors: unknown[] = []
  session.on('error', (error) => errors.push(error))
  const goaway = once(session, 'goaway')
  const request = session.request()
  request.resume()
  await once(request, 'close')
  const closed = once(session, 'close')
  assert.equal(adapter.forceClose().length, 0)
  assert.equal((await goaway)[0], constants.NGHTTP2_NO_ERROR)
  await closed
  assert.deepEqual(errors, [])
})
