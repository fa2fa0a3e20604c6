import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createStallWatch, watchOwnLoop } from '../../src/load/stall-watch.ts'

const at = (ms: number): { wallMs: number; monotonicMs: number } => ({ wallMs: 7_000 + ms, monotonicMs: ms })

test('createStallWatch lists the turns that took 50 ms or longer, with the time at which the loop turned last', () => {
  const watch = createStallWatch(at(0))
  for (const ms of [10, 20, 69, 79, 129, 130]) watch.turn(at(ms))
  const { stalls, loopDelayMaxMs, loopDelayP50Ms } = watch.delays()
  assert.deepEqual(stalls, [{ at: at(79), ms: 50 }])
  assert.ok(Math.abs(loopDelayMaxMs - 50) < 0.1 && Math.abs(loopDelayP50Ms - 10) < 0.1)
})

test('createStallWatch has no delays before the first turn', () => {
  const { stalls, ...delays } = createStallWatch(at(0)).delays()
  assert.deepEqual([stalls, delays], [[], { loopDelayP50Ms: 0, loopDelayP99Ms: 0, loopDelayMaxMs: 0 }])
})

test('createStallWatch keeps the 1,000 longest stalls', () => {
  const watch = createStallWatch(at(0))
  let now = 0
  for (let nth = 0; nth < 1_010; nth++) watch.turn(at((now += nth === 3 ? 500 : 60 + nth)))
  const lengths = watch.delays().stalls.map(({ ms }) => ms)
  assert.equal(lengths.length, 1_000)
  assert.equal(Math.max(...lengths), 60 + 1_009)
  assert.ok(lengths.includes(500) && !lengths.includes(60))
})

test('watchOwnLoop sees a loop that is blocked, also when the watch ends before the loop turns again, and none after that', async () => {
  const watch = watchOwnLoop()
  const from = performance.now()
  while (performance.now() - from < 120);
  watch.stop()
  const [stall] = watch.delays().stalls
  assert.ok(stall!.ms >= 120)
  const again = performance.now()
  while (performance.now() - again < 60);
  watch.stop()
  // The watch would look again every 10 ms.
  await sleep(30)
  assert.equal(watch.delays().stalls.length, 1)
})
