import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { eventually, within } from '../../../helpers/eventually.ts'
import { http1Kinds, startKind } from './http1-servers.ts'

test('a client that goes on sending behind its complete request does not hold the drain', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const drained = await startKind(t, http1Kinds.http, (_, response) => response.end('ok'))
  const accepted = once(drained.server, 'connection')
  drained.adapter.announceClose()
  const chatty = await drained.client({ allowHalfOpen: true })
  const [socket] = await accepted
  chatty.get()
  await chatty.ended()
  const over = drained.adapter.drain()
  for (let count = 0; count < 20 && !socket.destroyed; count++) {
    const heard = socket.bytesRead
    chatty.get()
    await eventually('the server reads it', () => socket.bytesRead > heard || socket.destroyed)
    t.mock.timers.tick(1_000)
  }
  assert.equal(socket.destroyed, true)
  await within(5_000, 'drain', over)
})
