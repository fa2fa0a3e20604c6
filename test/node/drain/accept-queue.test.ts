import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untilQuiet } from '../../../src/node/drain/accept-queue.ts'
import { eventually, turns, within } from '../../helpers/eventually.ts'
import { startKernelClient } from '../../helpers/kernel-client.ts'
import { manualClock } from '../../helpers/manual-clock.ts'
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

test('three turns without a new connection are enough, and each new one begins them anew', async () => {
  let arrived = 0
  const arrive = (): void => {
    // One comes in every third turn.
    if (++arrived < 5) setImmediate(() => setImmediate(() => setImmediate(arrive)))
  }
  setImmediate(arrive)
  await untilQuiet(() => arrived)
  assert.equal(arrived, 5)
  let asked = 0
  await untilQuiet(() => (asked++, arrived))
  // At the beginning, and twice in each turn.
  assert.equal(asked, 1 + 2 * 3)
})

test('under an endless stream neither a second alone is enough, nor as many turns as the queue is long', async (t) => {
  for (const first of ['time', 'turns'] as const) {
    const clock = manualClock(t)
    let count = 0
    let isOver = false
    const over = untilQuiet(() => ++count).then(() => (isOver = true))
    if (first === 'time') clock.tick(1_000)
    await turns(first === 'time' ? 500 : 2_000)
    assert.equal(isOver, false, first)
    if (first === 'turns') clock.tick(1_000)
    await eventually('it is over', () => isOver)
    await over
    t.mock.reset()
    t.mock.timers.reset()
  }
})
