import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Sample } from '../../../../src/load/sample.ts'
import { createClockBridge } from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { createGeneratorClock } from '../../../../src/rollout/drivers/kubernetes/generator-clock.ts'
import { type JoinedGenerator, joinLoads } from '../../../../src/rollout/drivers/kubernetes/joined-load.ts'
import { createLoadSum } from '../../../../src/rollout/drivers/kubernetes/load-sum.ts'
import { recordOf } from '../../../helpers/records.ts'
import { makeSample } from '../../../helpers/samples.ts'

const lanes = ['new-connections']
const refused = { code: 'ECONNREFUSED', message: 'refused', stage: 'connect' } as const
const at = (wallMs: number): { wallMs: number; monotonicMs: number } => ({ wallMs, monotonicMs: wallMs })
const samplesAt = (...times: number[]): readonly Sample[] =>
  times.map((ms) => makeSample({ id: `${ms}`, startedAt: at(ms), scheduledAt: at(ms), endMs: 0 }))

/** Two generators, the clock of the second one 60 s ahead of the first one's. */
function twoGenerators(): readonly [JoinedGenerator, JoinedGenerator] {
  const observer = createClockBridge()
  const other = createGeneratorClock(observer)
  observer.caused(1_000, at(1_000))
  observer.heard(1_000, at(1_000))
  other.caused(61_000, at(1_000))
  other.heard(61_000, at(1_000))
  const sums = [createLoadSum(observer), createLoadSum(other)] as const
  const stalls = [{ at: at(61_500), ms: 70 }]
  const failed = makeSample({
    id: 'f',
    startedAt: at(61_300),
    scheduledAt: at(61_300),
    endMs: 0,
    error: refused,
  })
  const health = { loopDelayP50Ms: 1, loopDelayP99Ms: 2, loopDelayMaxMs: 70, stalls }
  sums[0].add(recordOf(samplesAt(1_000, 1_400), lanes))
  sums[1].add(recordOf([...samplesAt(61_000), failed], lanes, { health }))
  return [
    { number: 1, load: sums[0] },
    { number: 2, load: sums[1] },
  ]
}

suite('joinLoads()', () => {
  test("adds up what all have sent, in the times of the observer's clock", () => {
    const record = joinLoads(twoGenerators(), () => 3).record()
    assert.deepEqual([record?.generators, record?.clockErrorMs], [2, 3])
    assert.deepEqual(
      record?.lanes[0]?.slots.map(({ at: slot, requests, failed }) => [slot, requests, failed]),
      [
        [10, 2, 0],
        [13, 1, 1],
        [14, 1, 0],
      ],
    )
    assert.deepEqual(
      record?.failures.map(({ startedAt }) => startedAt.wallMs),
      [1_300],
    )
  })

  test('says of which generator a stall was', () => {
    const { stalls } = joinLoads(twoGenerators(), () => 0).record()?.health ?? {}
    assert.deepEqual(
      stalls?.map(({ at: began, ms, generator }) => [began.wallMs, ms, generator]),
      [[1_500, 70, 2]],
    )
  })

  test('totals are those of all, and a generator that has said nothing yet is left out', () => {
    const [first] = twoGenerators()
    const silent = { number: 2, load: createLoadSum(createClockBridge()) }
    assert.deepEqual(joinLoads(twoGenerators(), () => 0).totals(), [
      { lane: 'new-connections', requests: 4, failed: 1 },
    ])
    assert.equal(joinLoads([first, silent], () => 0).record()?.lanes[0]?.slots.length, 2)
    assert.equal(joinLoads([silent, silent], () => 0).record(), undefined)
  })

  test('the load of a single generator is as it said', () => {
    const [only] = twoGenerators()
    assert.equal(
      joinLoads([only], () => 0),
      only.load,
    )
  })
})
