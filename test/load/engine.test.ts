import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../../src/load/engine.ts'
import { KEEP_ALIVE_CLIENTS } from '../../src/load/lanes/keep-alive/keep-alive.ts'
import { LONG_PAUSE_CLIENTS, THINK_TIME_CLIENTS } from '../../src/load/lanes/think-time/think-time.ts'
import { defaultLoad } from '../../src/load/load-options.ts'
import { getOf } from '../../src/load/plain-request.ts'
import type { LaneName } from '../../src/load/sample.ts'
import { answer } from '../fixtures/answer.ts'
import { listen } from '../helpers/listen.ts'
import { documentOf, untilLoad } from '../helpers/load.ts'

const options = (...lanes: LaneName[]): Parameters<typeof startLoad>[0] => ({
  ...defaultLoad,
  slowMs: 100,
  lanes,
  ratePerSecond: 200,
})

async function untilClosed(server: Server): Promise<void> {
  const open = (): Promise<number> =>
    new Promise((resolve) => {
      server.getConnections((_, count) => resolve(count))
    })
  for (const end = performance.now() + 10_000; (await open()) > 0;) {
    assert.ok(performance.now() < end, 'connections were left open for 10 s')
    await sleep(5)
  }
}

test('startLoad sends every lane and loses nothing against a server that stays', async (t) => {
  const target = await listen(t, createServer(answer))
  const load = startLoad(options('new-connections', 'keep-alive', 'think-time', 'slow'), {
    pickTarget: () => target,
  })
  t.after(() => load.abandon())
  await untilLoad(load, 'requests', 300)
  await load.stop()
  const { lanes, failures, failed, health } = documentOf(load)
  assert.deepEqual([failures, failed, health.ownFailures], [[], 0, 0])
  for (const lane of lanes) {
    assert.ok(lane.requests > 0, `${lane.lane} sent nothing`)
    assert.ok(lane.longestGapMs > 0 && lane.p50Ms > 0)
  }
  assert.deepEqual(
    load.totals(),
    lanes.map(({ lane, requests }) => ({ lane, requests, failed: 0 })),
  )
  assert.ok(lanes.find(({ lane }) => lane === 'slow')!.p50Ms >= 95)
})

test('startLoad dials for every request of new-connections, and once for each client of the keep-alive lanes', async (t) => {
  const target = await listen(t, createServer(answer))
  for (const [lane, clients] of [
    ['keep-alive', KEEP_ALIVE_CLIENTS],
    ['think-time', THINK_TIME_CLIENTS + LONG_PAUSE_CLIENTS],
  ] as const) {
    let dials = 0
    const load = startLoad({ ...options(lane), idleLimitMs: 0 }, { pickTarget: () => (dials++, target) })
    await untilLoad(load, 'requests', 80)
    await load.stop()
    assert.equal(dials, clients, lane)
  }
  let dials = 0
  const load = startLoad(options('new-connections'), { pickTarget: () => (dials++, target) })
  await untilLoad(load, 'requests', 30)
  await load.stop()
  assert.equal(dials, documentOf(load).requests)
})

test('startLoad sends POSTs with ids of their own', async (t) => {
  const ids: string[] = []
  const server = createServer((request, response) => {
    void readId(request).then((id) => {
      ids.push(id)
      response.end(JSON.stringify({ id }))
    })
  })
  const target = await listen(t, server)
  const load = startLoad(options('keep-alive'), { pickTarget: () => target })
  await untilLoad(load, 'requests', 20)
  await load.stop()
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(ids.length, documentOf(load).requests)
})

async function readId(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return (JSON.parse(body) as { id: string }).id
}

test('startLoad keeps to its plan while nobody answers (open loop)', async (t) => {
  let held = 0
  const held100 = Promise.withResolvers<void>()
  const server = createServer(() => {
    if (++held === 100) held100.resolve()
  })
  const target = await listen(t, server)
  const load = startLoad(options('new-connections'), { pickTarget: () => target })
  await held100.promise
  load.abandon()
  await untilClosed(server)
  assert.equal(documentOf(load).requests, 0)
})

test('startLoad lists failures whole and goes on after them', async (t) => {
  const target = await listen(
    t,
    createServer((_, response) => response.writeHead(500).end()),
  )
  const load = startLoad(options('new-connections'), { pickTarget: () => target })
  await untilLoad(load, 'requests', 20)
  await load.stop()
  const { requests, failed, failures, failuresNotListed } = documentOf(load)
  assert.deepEqual([failed, failures.length, failuresNotListed], [requests, requests, 0])
  assert.equal(failures[0]?.error?.code, 'HTTP_500')
})

test('startLoad has clients of think-time that pause for longer than the limit, and counts their requests apart', async (t) => {
  const target = await listen(t, createServer(answer))
  const load = startLoad({ ...options('think-time'), idleLimitMs: 1_600 }, { pickTarget: () => target })
  t.after(() => load.abandon())
  const figures = (): { requests: number; afterLongIdle: number } => documentOf(load).lanes[0]!
  for (const end = performance.now() + 20_000; figures().afterLongIdle < 2;) {
    assert.ok(performance.now() < end, 'no request after a long pause in 20 s')
    await sleep(10)
  }
  const { requests, afterLongIdle } = figures()
  // The first request of a connection follows no pause, and the other clients pause for 1.5 s at most.
  assert.ok(afterLongIdle < requests / 2, `${afterLongIdle} of ${requests}`)
})

test('startLoad keeps failures of its own out of the list and out of the count', async (t) => {
  let blocked = false
  const server = createServer((_, response) => {
    // The generator lives in this process: its time-out comes 1.2 s late.
    for (const end = performance.now() + (blocked ? 0 : 1_300); performance.now() < end;);
    blocked = true
    response.end()
  })
  const target = await listen(t, server)
  const load = startLoad(
    { ...options('new-connections'), ratePerSecond: 2, timeoutMs: 100 },
    { pickTarget: () => target },
  )
  await untilLoad(load, 'requests', 2)
  await load.stop()
  const { failed, failures, health } = documentOf(load)
  assert.deepEqual([failed, failures, health.ownFailures], [0, [], 1])
})

test('startLoad compares the answers to POST only where no request is described', async (t) => {
  const target = await listen(
    t,
    createServer((request, response) => {
      request.resume()
      response.end('{"id":"another"}')
    }),
  )
  for (const [requests, code] of [
    [{}, 'WRONG_ECHO'],
    [{ 'keep-alive': [{ ...getOf('/echo'), method: 'POST', body: '{}' }] }, undefined],
  ] as const) {
    const load = startLoad({ ...options('keep-alive'), requests }, { pickTarget: () => target })
    await untilLoad(load, 'requests', 10)
    await load.stop()
    assert.equal(documentOf(load).failures[0]?.error?.code, code)
  }
})

test('startLoad leaves nothing open behind stop(), and its figures do not change any more', async (t) => {
  const warnings: string[] = []
  const onWarning = ({ message }: Error): void => void warnings.push(message)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  const server = createServer(answer)
  server.keepAliveTimeout = 60_000
  const target = await listen(t, server)
  const startedMs = performance.now()
  const load = startLoad(options('new-connections', 'keep-alive', 'slow', 'think-time'), {
    pickTarget: () => target,
  })
  await untilLoad(load, 'requests', 60)
  await load.stop()
  const first = load.record()
  for (const lane of documentOf(load).lanes)
    assert.ok(lane.longestGapMs <= performance.now() - startedMs, lane.lane)
  await untilClosed(server)
  for (const end = performance.now() + 120; performance.now() < end;);
  await sleep(30)
  assert.deepEqual(load.record(), first)
  assert.deepEqual(warnings, [])
})
