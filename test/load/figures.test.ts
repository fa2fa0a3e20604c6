import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample } from '../../src/load/sample.ts'
import { figuresOf } from '../helpers/records.ts'
import { makeSample } from '../helpers/samples.ts'

const refused = { code: 'ECONNREFUSED', syscall: 'connect', message: 'refused', stage: 'connect' } as const
/** A request that took 10 ms and ended at this moment. */
const endingAt = (ms: number, parts: Partial<Sample> = {}): Sample =>
  makeSample({ startedAt: { wallMs: ms - 10, monotonicMs: 0 }, endMs: 10, ...parts })

test('laneFigures counts a request in the window in which its slot ended', () => {
  const samples = [endingAt(199), endingAt(200, { error: refused }), endingAt(290)]
  const before = figuresOf(samples, [{ fromMs: -Infinity, toMs: 250 }])
  const after = figuresOf(samples, [{ fromMs: 250, toMs: Infinity }])
  assert.deepEqual([before.requests, before.failed], [1, 0])
  assert.deepEqual([after.requests, after.failed], [2, 1])
  assert.deepEqual([figuresOf(samples).requests, figuresOf(samples).failed], [3, 1])
  const both = figuresOf(samples, [
    { fromMs: 100, toMs: 200 },
    { fromMs: 200, toMs: 300 },
  ])
  assert.equal(both.requests, 3)
})

test('laneFigures measures the longest time without a success, from the start of the lane', () => {
  assert.equal(figuresOf([endingAt(430), endingAt(470)]).longestGapMs, 430)
  assert.equal(figuresOf([endingAt(10), endingAt(33), endingAt(95)]).longestGapMs, 62)
  assert.equal(figuresOf([endingAt(90), endingAt(1_390), endingAt(1_400)]).longestGapMs, 1_300)
})

test('laneFigures counts a run of failures at the end as a time without a success', () => {
  const samples = [endingAt(100), endingAt(310, { error: refused }), endingAt(600, { error: refused })]
  assert.equal(figuresOf(samples).longestGapMs, 500)
})

test('laneFigures gives a gap to the window in which it ended, in its full length', () => {
  const samples = [endingAt(90), endingAt(690), endingAt(720)]
  assert.equal(figuresOf(samples, [{ fromMs: 0, toMs: 600 }]).longestGapMs, 90)
  assert.equal(figuresOf(samples, [{ fromMs: 600, toMs: 700 }]).longestGapMs, 600)
})

test('laneFigures gives quantiles of successes in milliseconds', () => {
  const samples = Array.from({ length: 100 }, (_, index) => makeSample({ endMs: index + 1 }))
  const { p50Ms, p99Ms, maxMs } = figuresOf([...samples, makeSample({ endMs: 9_000, error: refused })])
  assert.ok(Math.abs(p50Ms - 50) < 1 && Math.abs(p99Ms - 99) < 1 && Math.abs(maxMs - 100) < 1)
})

test('laneFigures has no latency without a success, and takes one of 0 ms', () => {
  const failed = makeSample({ error: refused })
  const { p50Ms, p99Ms, maxMs } = figuresOf([failed])
  assert.deepEqual([p50Ms, p99Ms, maxMs], [0, 0, 0])
  assert.equal(figuresOf([failed, makeSample({ endMs: 0 })]).maxMs, 0.001)
})
