import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { getOf } from '../../../src/load/plain-request.ts'
import { eventually } from '../../helpers/eventually.ts'
import { listen } from '../../helpers/listen.ts'
import { startLane } from '../../helpers/load.ts'

// Lower bounds only: no client may be early, and on a busy machine any may be late.

/** The clients of the lanes `slow` and `think-time`, and those of the latter that make long pauses. */
const clients = { slow: 6, thinkTime: 16, longPauses: 4 } as const
/** A timer may be this much early, by the clock of `performance.now()`. */
const EARLY_MS = 2

/** A server that answers at once, and notes when each of its connections was asked and had answered. */
async function serve(t: TestContext) {
  const connections = new Map<Socket, { asked: number[]; answered: number[] }>()
  const server = createServer((request: IncomingMessage, response) => {
    request.resume()
    const { socket } = request
    const known = connections.get(socket) ?? { asked: [], answered: [] }
    connections.set(socket, known)
    known.asked.push(performance.now())
    request.on('end', () => {
      known.answered.push(performance.now())
      response.end('ok')
    })
  })
  const target = await listen(t, server)
  return { target, connections }
}

test('the clients of slow begin one after the other, half of them keep their connection, and none asks more often than every slowMs', async (t) => {
  const { target, connections } = await serve(t)
  const slowMs = 600
  const began = performance.now()
  const load = startLane(t, 'slow', () => target, { slowMs })
  const asked = (): number => [...connections.values()].reduce((sum, one) => sum + one.asked.length, 0)
  await eventually('three rounds', () => asked() >= 3 * clients.slow)
  load.abandon()
  const first = [...connections.values()].slice(0, clients.slow).map((one) => one.asked[0] ?? 0)
  for (const [nth, at] of first.entries()) {
    assert.ok(at - began >= (nth * slowMs) / clients.slow - EARLY_MS, `client ${nth} after ${at - began} ms`)
  }
  const kept = [...connections.values()].filter((one) => one.asked.length > 1)
  assert.equal(kept.length, clients.slow / 2)
  for (const { asked: times } of kept) {
    for (const [nth, at] of times.entries()) {
      assert.ok(at - began >= nth * slowMs - EARLY_MS, `request ${nth} of a client after ${at - began} ms`)
    }
  }
})

test('the clients of think-time pause before each request, some of them for longer than the limit', async (t) => {
  const { target, connections } = await serve(t)
  const idleLimitMs = 1_600
  const began = performance.now()
  const load = startLane(t, 'think-time', () => target, {
    idleLimitMs,
    requests: { 'think-time': [getOf('/')] },
  })
  await eventually('each has asked twice', () => {
    const all = [...connections.values()]
    return all.length === clients.thinkTime && all.every((one) => one.asked.length > 1)
  })
  load.abandon()
  const pauses = [...connections.values()].map(({ asked, answered }) =>
    Math.min(...asked.map((at, nth) => at - (answered[nth - 1] ?? began))),
  )
  assert.ok(Math.min(...pauses) >= 50 - EARLY_MS, `a pause of ${Math.min(...pauses)} ms`)
  assert.ok(pauses.filter((ms) => ms >= idleLimitMs + 50 - EARLY_MS).length >= clients.longPauses)
  // Not all of them at once, and not all for the same time.
  assert.ok(new Set(pauses.map((ms) => Math.round(ms / 10))).size > 4)
})
