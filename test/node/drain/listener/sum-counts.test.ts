import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noneInFlight } from '../../../../src/core/in-flight.ts'
import { sumCounts } from '../../../../src/node/drain/listener/sum-counts.ts'
import { now } from '../../../../src/node/drain/moments.ts'

test('sumCounts() adds up, and the oldest of a kind is that of the drainers which have any of it', () => {
  const clock = now()
  const { oldestInFlightMs, ...sums } = sumCounts([
    { ...noneInFlight, request: 2, active: 1, idle: 3, oldestAt: clock - 60_000 },
    { ...noneInFlight, request: 1, active: 1, idle: 0, oldestAt: clock - 120_000 },
    { ...noneInFlight, stream: 4, active: 1, idle: 1, oldestAt: clock - 180_000 },
    { ...noneInFlight, active: 0, idle: 0, oldestAt: null },
  ])
  assert.deepEqual(sums, {
    inFlight: { request: 3, stream: 4, upgrade: 0 },
    connections: { active: 3, idle: 4 },
  })
  const minutes = Object.values(oldestInFlightMs).map((ms) => Math.floor(ms / 60_000))
  assert.deepEqual(minutes, [2, 3, 0])
})
