import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { getOf } from '../../src/load/plain-request.ts'
import { sendOnGrid } from '../../src/load/lane.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, startLane } from '../helpers/load.ts'

/** Runs a grid until it has skipped something or has sent `most`, and returns both counts. */
async function runGrid(
  plan: Parameters<typeof sendOnGrid>[1],
  { send, most }: { readonly send: () => Promise<unknown>; readonly most: number },
): Promise<{ skipped: number; sent: number }> {
  const stopping = new AbortController()
  const counts = { skipped: 0, sent: 0 }
  const skip = (count: number): void => {
    counts.skipped += count
    if (count > 0) stopping.abort()
  }
  await sendOnGrid({ signal: stopping.signal, skip }, plan, () => {
    if (++counts.sent === most) stopping.abort()
    return send()
  })
  return counts
}

test('sendOnGrid counts the slots that it is too late for', async () => {
  const plan = { startMs: performance.now() - 5_000, intervalMs: 100, maxOutstanding: 10 }
  const { skipped, sent } = await runGrid(plan, { send: async () => undefined, most: 10 })
  assert.ok(skipped >= 50, `${skipped} skipped`)
  assert.equal(sent, 0)
})

test('sendOnGrid counts what it does not send because too many answers are outstanding', async () => {
  const answers = Promise.withResolvers<void>()
  const plan = { startMs: performance.now(), intervalMs: 1, maxOutstanding: 3 }
  const running = runGrid(plan, { send: async () => answers.promise, most: 10 })
  let answered = false
  setTimeout(() => {
    answered = true
    answers.resolve()
  }, 100)
  assert.deepEqual(await running, { skipped: 1, sent: 3 })
  assert.ok(answered, 'the grid did not wait for what was outstanding')
})

test('sendOnGrid sends on as soon as answers have come', async () => {
  const plan = { startMs: performance.now(), intervalMs: 1, maxOutstanding: 3 }
  assert.deepEqual(await runGrid(plan, { send: async () => undefined, most: 10 }), { skipped: 0, sent: 10 })
})

test('the lane keep-alive counts the slots that its clients were too late for', async (t) => {
  const target = await listen(
    t,
    createServer((request, response) => {
      request.resume()
      setTimeout(() => response.end('{}'), 1_300)
    }),
  )
  const load = startLane(t, 'keep-alive', () => target, {
    requests: { 'keep-alive': [getOf('/')] },
  })
  // Each of 8 clients misses 16 slots of 80 ms while it waits for its answer.
  for (const end = performance.now() + 20_000; documentOf(load).health.skipped < 60;) {
    assert.ok(performance.now() < end, 'fewer than 60 slots were skipped in 20 s')
    await sleep(10)
  }
  const [lane] = documentOf(load).lanes
  assert.ok(lane!.skipped >= 60)
  assert.equal(lane!.failed, 0)
})
