import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toLoadDocument } from '../../src/load/load-document.ts'
import { type LoadRecord, MAX_LISTED_FAILURES } from '../../src/load/load-record.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { mergeRecords } from '../../src/load/merge-records.ts'
import { endedAtMs, type Sample } from '../../src/load/sample.ts'
import { figuresOf, recordOf } from '../helpers/records.ts'
import { makeSample } from '../helpers/samples.ts'

const lanes = ['new-connections', 'think-time'] as const
const error = { code: 'ECONNRESET', message: 'reset', stage: 'wait' } as const

const samples: fc.Arbitrary<readonly (Sample & { readonly generator: number })[]> = fc
  .array(
    fc.record({
      lane: fc.constantFrom(...lanes),
      wallMs: fc.nat(3_000),
      endMs: fc.double({ min: 0, max: 500, noNaN: true }),
      failure: fc.constantFrom(undefined, undefined, undefined, 'ECONNRESET', 'EMFILE'),
      idleMs: fc.constantFrom(undefined, 10, 2_500),
      nthOnSocket: fc.integer({ min: 1, max: 2 }),
      counts: fc.constantFrom({}, { resent: 1 }, { refused: 2 }),
      generator: fc.nat(2),
    }),
    { maxLength: 80 },
  )
  .map((all) =>
    all.map(({ wallMs, failure, ...parts }, index) => ({
      ...makeSample({
        ...parts,
        id: `${index}`,
        startedAt: { wallMs, monotonicMs: 0 },
        ...(failure !== undefined && { status: undefined, error: { ...error, code: failure } }),
      }),
      generator: parts.generator,
    })),
  )

const byEnd = (one: Sample, other: Sample): number => endedAtMs(one) - endedAtMs(other)
const merged = (...records: [LoadRecord, ...LoadRecord[]]): LoadRecord => mergeRecords(records)

test('mergeRecords of what several generators recorded is the record of all', () => {
  fc.assert(
    fc.property(samples, (all) => {
      const inOrder = all.toSorted(byEnd)
      const [first, second, third] = [0, 1, 2].map((nth) =>
        recordOf(
          inOrder.filter(({ generator }) => generator === nth),
          lanes,
        ),
      )
      const whole = { ...merged(recordOf(inOrder, lanes)), generators: 3 }
      // Through JSON, as it comes from another process.
      const parts = JSON.parse(JSON.stringify([first, second, third])) as [LoadRecord, ...LoadRecord[]]
      const sum = mergeRecords(parts)
      assert.deepEqual(sum, JSON.parse(JSON.stringify(whole)))
      assert.deepEqual(mergeRecords([merged(parts[0], parts[1]!), parts[2]!]), sum)
      assert.equal(toLoadDocument(sum).requests, all.length)
    }),
  )
})

test('mergeRecords keeps the first failures of all, and counts the rest', () => {
  const failing = (id: string, endMs: number): Sample => makeSample({ id, error, endMs })
  const half = Array.from({ length: MAX_LISTED_FAILURES - 1 }, (_, index) => failing(`a${index}`, 2 * index))
  const other = recordOf(
    [failing('b1', 1), failing('b3', 3), failing('b5', 1_000_000)],
    ['new-connections'],
    {
      failuresNotListed: 4,
    },
  )
  const { failures, failuresNotListed } = merged(recordOf(half, ['new-connections']), other)
  assert.deepEqual(
    failures.slice(0, 4).map(({ id }) => id),
    ['a0', 'b1', 'a1', 'b3'],
  )
  assert.deepEqual([failures.length, failuresNotListed], [MAX_LISTED_FAILURES, 6])
})

test('mergeRecords takes the widest time, the worst delays, all stalls, and what any generator changed or skipped', () => {
  const stall = (wallMs: number): { at: { wallMs: number; monotonicMs: number }; ms: number } => ({
    at: { wallMs, monotonicMs: 0 },
    ms: 60,
  })
  const slow = { lane: 'slow', reason: 'too fast' } as const
  const instead = getOf('/')
  const fellBack = [{ lane: 'keep-alive', reason: 'no echo', instead }]
  const [lane] = recordOf([], ['sse']).lanes
  const one = recordOf([], [], {
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: '2026-01-01T00:00:09.000Z',
    leftOut: [slow],
    fellBack,
    lanes: [{ ...lane!, startedMs: 5, lastMs: 7, skipped: 2 }],
    clockErrorMs: 20,
    health: { loopDelayP50Ms: 9, loopDelayP99Ms: 10, loopDelayMaxMs: 99, stalls: [stall(500)] },
  })
  const other = recordOf([], [], {
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:10.000Z',
    generators: 2,
    clockErrorMs: 30,
    leftOut: [slow],
    fellBack,
    lanes: [{ ...lane!, startedMs: 4, lastMs: 9, skipped: 3 }],
    health: { loopDelayP50Ms: 1, loopDelayP99Ms: 50, loopDelayMaxMs: 60, stalls: [stall(100)] },
  })
  assert.deepEqual(merged(one, other), {
    ...one,
    startedAt: other.startedAt,
    endedAt: other.endedAt,
    generators: 3,
    clockErrorMs: 30,
    lanes: [{ ...lane!, startedMs: 4, lastMs: 9, skipped: 5 }],
    health: { loopDelayP50Ms: 9, loopDelayP99Ms: 50, loopDelayMaxMs: 99, stalls: [stall(100), stall(500)] },
  })
})

test('an outage that one generator saw is none when another one had successes in it', () => {
  const at = (...times: number[]): readonly Sample[] =>
    times.map((wallMs) => makeSample({ startedAt: { wallMs, monotonicMs: 0 }, endMs: 0 }))
  assert.equal(figuresOf(at(10, 900)).longestGapMs, 890)
  const both = merged(recordOf(at(10, 900), ['new-connections']), recordOf(at(400), ['new-connections']))
  assert.equal(toLoadDocument(both).lanes[0]!.longestGapMs, 500)
})
