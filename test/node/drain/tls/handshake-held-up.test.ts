import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { createSecureContext, type SecureContext } from 'node:tls'
import { eventually, within } from '../../../helpers/eventually.ts'
import { RawClient } from '../../../helpers/raw-http.ts'
import { drainable, tls } from '../setup.ts'
import { connectGated } from './gated-tls.ts'

test('https.Server: a handshake that an asynchronous SNICallback holds up is waited for, a silent one is not', async (t) => {
  const asked = Promise.withResolvers<(error: Error | null, context?: SecureContext) => void>()
  const server = createHttpsServer({ ...tls, SNICallback: (_, done) => asked.resolve(done) }, (_, response) =>
    response.end('ok'),
  )
  const { adapter, port } = await drainable(t, server)
  const silentRaw = once(server, 'connection')
  const silent = await connectGated(t, { port, host: '127.0.0.1' })
  const [raw] = (await silentRaw) as [Socket]
  silent.begin(10)
  const patient = await connectGated(t, { port, host: '127.0.0.1' })
  const secure = patient.finish()
  const answerSni = await asked.promise
  await eventually('the silent handshake has begun', () => raw.bytesRead > 0)
  const drained = adapter.drain()
  // Both are looked at together, so what happens to one is decided for the other as well.
  await within(5_000, 'end of the silent handshake', once(raw, 'close'))
  answerSni(null, createSecureContext(tls))
  const client = new RawClient(await within(5_000, 'handshake', secure))
  client.get()
  assert.equal((await within(5_000, 'answer', client.response())).body, 'ok')
  await within(5_000, 'drain', drained)
})
