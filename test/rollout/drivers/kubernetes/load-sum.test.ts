import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { LoadRecord } from '../../../../src/load/load-record.ts'
import { createRecorder } from '../../../../src/load/recorder.ts'
import type { Sample } from '../../../../src/load/sample.ts'
import {
  type ClockBridge,
  createClockBridge,
} from '../../../../src/rollout/drivers/kubernetes/clock-bridge.ts'
import { createLoadSum, type LoadSum } from '../../../../src/rollout/drivers/kubernetes/load-sum.ts'
import { idleLimitMs, isRaced, recordOf } from '../../../helpers/records.ts'
import { makeSample } from '../../../helpers/samples.ts'

const refused = { code: 'ECONNREFUSED', syscall: 'connect', message: 'refused', stage: 'connect' } as const
const at = (wallMs: number): { wallMs: number; monotonicMs: number } => ({ wallMs, monotonicMs: wallMs })
const samples = [1_000, 1_020, 1_090, 1_200, 2_000].map((ms, nth) =>
  makeSample({ startedAt: at(ms), scheduledAt: at(ms), ...(nth === 3 && { error: refused }) }),
)
const lanes = ['new-connections'] as const

/** The parts of a generator that is asked after each sample. */
function partsOf(all: readonly Sample[]): readonly LoadRecord[] {
  const recorder = createRecorder(lanes, { startedMs: 0, idleLimitMs, isRaced })
  return all.map((sample) => {
    const failures = recorder.add(sample) === 'failed' ? [sample] : []
    return { ...recordOf([], lanes), lanes: recorder.take(), failures }
  })
}

function sumOf(parts: readonly LoadRecord[], clock: ClockBridge = createClockBridge()): LoadSum {
  const sum = createLoadSum(clock)
  for (const part of parts) sum.add(part)
  return sum
}

suite('createLoadSum()', () => {
  test('the parts of a generator add up to its record', () => {
    const record = sumOf(partsOf(samples)).record()
    const whole = recordOf(samples, lanes)
    assert.deepEqual(record?.lanes, whole.lanes)
    assert.deepEqual(
      record?.failures.map(({ startedAt, error }) => [startedAt.wallMs, error]),
      [[1_200, refused]],
    )
  })

  test('totals are those of all parts, and there is no record before the first', () => {
    assert.equal(createLoadSum(createClockBridge()).record(), undefined)
    assert.deepEqual(sumOf(partsOf(samples)).totals(), [{ lane: 'new-connections', requests: 5, failed: 1 }])
  })

  test('skipped requests and stalls are counted once', () => {
    const health = { loopDelayP50Ms: 1, loopDelayP99Ms: 2, loopDelayMaxMs: 90 }
    const skipping = (skipped: number, stalls: LoadRecord['health']['stalls']): LoadRecord => {
      const part = recordOf([], lanes)
      return {
        ...part,
        lanes: part.lanes.map((lane) => ({ ...lane, skipped })),
        health: { ...health, stalls },
      }
    }
    const record = sumOf([
      skipping(2, [{ at: at(5), ms: 60 }]),
      skipping(1, []),
      skipping(0, [{ at: at(900), ms: 90 }]),
    ]).record()
    assert.deepEqual(
      record?.lanes.map(({ skipped }) => skipped),
      [3],
    )
    assert.deepEqual(
      record?.health.stalls.map(({ ms }) => ms),
      [60, 90],
    )
  })

  test('changes that only the first part has are those of all', () => {
    const leftOutOperations = [{ operation: 'GET /a', reason: 'GET /a answered 404' }]
    const [first, ...others] = partsOf(samples)
    const record = sumOf([{ ...first!, leftOutOperations }, ...others]).record()
    assert.deepEqual(record?.leftOutOperations, leftOutOperations)
    assert.deepEqual([record?.leftOut, record?.fellBack], [[], []])
  })

  test('times of a clock that is ahead become times of this machine', () => {
    const clock = createClockBridge()
    clock.heard(10_000, at(0))
    const record = sumOf(partsOf(samples), clock).record()
    assert.deepEqual(
      record?.lanes[0]?.slots.map(({ at: slot }) => slot),
      [-90, -88, -80],
    )
    assert.equal(record?.failures[0]?.startedAt.wallMs, -8_800)
    assert.equal(record?.startedAt, new Date(-10_000).toISOString())
  })
})
