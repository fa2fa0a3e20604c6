import assert from 'node:assert/strict'
import { test } from 'node:test'
import { within } from '../../helpers/eventually.ts'
import { startKernelClient } from '../../helpers/kernel-client.ts'
import { startDrained } from './setup.ts'

test('drain() serves the whole accept queue of a process that is slow to take it (trap 1, 2)', async (t) => {
  const { adapter, port } = await startDrained(t, (_request, response) => {
    for (const until = performance.now() + 80; performance.now() < until;);
    response.end('ok')
  })
  const client = await startKernelClient(port, 'queue', 40)
  client.sendWhileBlocked()
  await within(30_000, 'drain', adapter.drain())
  assert.deepEqual(await client.tally, { served: 40, reset: 0, ended: 0 })
})
