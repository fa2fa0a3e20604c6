import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { getOf } from '../../src/load/plain-request.ts'
import { sendOnGrid } from '../../src/load/lane.ts'
import { KEEP_ALIVE_CLIENTS } from '../../src/load/lanes/keep-alive/keep-alive.ts'
import { eventually } from '../helpers/eventually.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, startLane, untilLoad } from '../helpers/load.ts'

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

test('sendOnGrid counts what was due when it was ended late', async () => {
  const plan = { startMs: performance.now() - 500, intervalMs: 1, maxOutstanding: 1_000 }
  const { skipped, sent } = await runGrid(plan, { send: async () => undefined, most: 10 })
  assert.equal(sent, 10)
  assert.ok(skipped >= 490, `${skipped} skipped`)
})

test('sendOnGrid counts what it does not send because too many answers are outstanding', async () => {
  const stopping = new AbortController()
  const answers = Promise.withResolvers<void>()
  const counts = { skipped: 0, sent: 0 }
  let answered = false
  const skip = (count: number): void => {
    counts.skipped += count
    if (count === 0) return
    stopping.abort()
    setImmediate(() => {
      answered = true
      answers.resolve()
    })
  }
  const plan = { startMs: performance.now(), intervalMs: 1, maxOutstanding: 3 }
  await sendOnGrid({ signal: stopping.signal, skip }, plan, () => {
    counts.sent++
    return answers.promise
  })
  assert.equal(counts.sent, 3)
  assert.ok(counts.skipped > 0)
  assert.ok(answered, 'the grid did not wait for what was outstanding')
})

test('sendOnGrid sends on as soon as answers have come', async () => {
  const plan = { startMs: performance.now(), intervalMs: 1, maxOutstanding: 3 }
  assert.deepEqual(await runGrid(plan, { send: async () => undefined, most: 10 }), { skipped: 0, sent: 10 })
})

/** A server that takes its time for each answer. */
const lateBy = (ms: () => number): ReturnType<typeof createServer> =>
  createServer((request, response) => {
    request.resume()
    setTimeout(() => response.end('{}'), ms())
  })

test('keep-alive leaves nothing unsent while every answer takes longer than its slots', async (t) => {
  const target = await listen(
    t,
    lateBy(() => 1_500),
  )
  const load = startLane(t, 'keep-alive', () => target, {
    requests: { 'keep-alive': [getOf('/')] },
  })
  // Three times as long as an answer takes, with 150 of them under way.
  await untilLoad(load, 'requests', 300)
  const { lanes, health } = documentOf(load)
  assert.equal(lanes[0]!.failed, 0)
  // What this machine itself was too late for is no matter of the server's.
  if (health.loopDelayMaxMs < 1_000) assert.equal(health.skipped, 0)
})

test('keep-alive goes back to its 8 connections after a slow time, each used in turn', async (t) => {
  let slow = true
  const server = lateBy(() => (slow ? 500 : 0))
  const connections = new Set<object>()
  const used = new Map<object, number>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  server.on('request', ({ socket }) => used.set(socket, (used.get(socket) ?? 0) + 1))
  const target = await listen(t, server)
  const load = startLane(t, 'keep-alive', () => target, {
    requests: { 'keep-alive': [getOf('/')] },
  })
  await eventually('more connections than clients that stay', () => connections.size > 2 * KEEP_ALIVE_CLIENTS)
  slow = false
  await eventually('the others are closed', () => connections.size === KEEP_ALIVE_CLIENTS)
  used.clear()
  await eventually('each has been used', () =>
    [...connections].every((socket) => (used.get(socket) ?? 0) >= 2),
  )
  assert.equal(documentOf(load).failed, 0)
})
