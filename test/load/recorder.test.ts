import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecorder } from '../../src/load/recorder.ts'
import { figuresOf, idleLimitMs, isRaced, recordOf } from '../helpers/records.ts'
import { makeSample } from '../helpers/samples.ts'

const refused = { code: 'ECONNREFUSED', syscall: 'connect', message: 'refused', stage: 'connect' } as const

test('createRecorder counts a request in the 100 ms of wall time in which it ended', () => {
  const startedAt = { wallMs: 1_000, monotonicMs: 7 }
  const samples = [99, 99.9, 100, 850].map((endMs) => makeSample({ startedAt, endMs }))
  const [lane] = recordOf(samples, ['new-connections']).lanes
  assert.deepEqual(
    lane!.slots.map(({ at, requests }) => [at, requests]),
    [
      [10, 2],
      [11, 1],
      [18, 1],
    ],
  )
  assert.equal(lane!.lastMs, 1_850)
})

test('createRecorder counts an answer that ends out of order, also long after its slot', () => {
  const startedAt = { wallMs: 1_000, monotonicMs: 7 }
  const recorder = createRecorder(['new-connections'], { startedMs: 0, idleLimitMs, isRaced })
  for (const endMs of [50, 950, 60, 2_050, 70]) recorder.add(makeSample({ startedAt, endMs }))
  const [lane] = recorder.records()
  assert.deepEqual(
    lane!.slots.map(({ at, requests, latencies }) => [
      at,
      requests,
      latencies.filter((_, nth) => nth % 2 === 1),
    ]),
    [
      [10, 3, [1, 1, 1]],
      [19, 1, [1]],
      [30, 1, [1]],
    ],
  )
})

test('createRecorder sums up what the lane counts besides, apart from what failed', () => {
  const { failed, counts } = figuresOf([
    makeSample({ counts: { refused: 1 } }),
    makeSample({ counts: { resent: 1 } }),
    makeSample({ counts: { refused: 2 }, error: { ...refused, code: 'HTTP2_REFUSED' } }),
  ])
  assert.deepEqual({ failed, counts }, { failed: 1, counts: { refused: 3, resent: 1 } })
})

test("createRecorder keeps failures of the generator's own apart", () => {
  const { requests, failed, own } = figuresOf([makeSample({ error: { ...refused, code: 'EADDRNOTAVAIL' } })])
  assert.deepEqual({ requests, failed, own }, { requests: 1, failed: 0, own: 1 })
})

const raced = {
  lane: 'think-time',
  nthOnSocket: 2,
  idleMs: 2_001,
  status: undefined,
  endMs: 49,
  error: { code: 'ECONNRESET', message: 'reset', stage: 'wait' },
} as const

test('createRecorder counts a request apart that crossed the close of a connection that was idle for too long', () => {
  const figures = figuresOf([
    makeSample(raced),
    makeSample({ ...raced, error: { ...raced.error, code: 'EPIPE' } }),
    makeSample({ lane: 'think-time', nthOnSocket: 2, idleMs: 2_001 }),
    makeSample({ lane: 'think-time', nthOnSocket: 2, idleMs: 2_000 }),
  ])
  const { requests, failed, afterLongIdle, raced: lost } = figures
  assert.deepEqual(
    { requests, failed, afterLongIdle, lost },
    { requests: 4, failed: 0, afterLongIdle: 3, lost: 2 },
  )
})

for (const [what, parts] of [
  ['the pause was not longer than the limit', { idleMs: 2_000 }],
  ['it was the first on its connection', { nthOnSocket: 1 }],
  ['it had been worked on for a while', { endMs: 50 }],
  ['its answer had begun', { status: 200 }],
  ['it failed in another way', { error: { ...raced.error, code: 'CLIENT_TIMEOUT' } }],
  ['it is of another lane', { lane: 'keep-alive' }],
] as const) {
  test(`createRecorder counts a lost request as failed when ${what}`, () => {
    const sample = makeSample({ ...raced, ...parts })
    const recorder = createRecorder([sample.lane], { startedMs: 0, idleLimitMs, isRaced })
    assert.equal(recorder.add(sample), 'failed')
    const figures = figuresOf([sample])
    assert.deepEqual([figures.failed, figures.raced], [1, 0])
  })
}

test('createRecorder gives totals and skipped requests by lane, and copies that do not change any more', () => {
  const recorder = createRecorder(['slow', 'sse'], { startedMs: 0, idleLimitMs, isRaced })
  recorder.add(makeSample({ lane: 'slow' }))
  const before = recorder.records()
  recorder.add(makeSample({ lane: 'slow', error: refused }))
  recorder.skip('sse', 3)
  assert.deepEqual(recorder.totals(), [
    { lane: 'slow', requests: 2, failed: 1 },
    { lane: 'sse', requests: 0, failed: 0 },
  ])
  assert.deepEqual(
    before.map(({ skipped, slots }) => [skipped, slots.map(({ requests }) => requests)]),
    [
      [0, [1]],
      [0, []],
    ],
  )
  assert.equal(recorder.records()[1]!.skipped, 3)
  assert.throws(() => recorder.add(makeSample({ lane: 'http2' })), /there is no lane 'http2'/)
})

test('createRecorder counts a revoked success as failed where it ended, also after it was taken, and once', () => {
  const startedAt = { wallMs: 1_000, monotonicMs: 7 }
  const recorder = createRecorder(['new-connections'], { startedMs: 0, idleLimitMs, isRaced })
  const [first, second] = [50, 2_050].map((endMs) => makeSample({ startedAt, endMs }))
  recorder.add(first!)
  const [taken] = recorder.take()
  recorder.add(second!)
  recorder.revoke(first!)
  const slots = [...taken!.slots, ...recorder.records()[0]!.slots]
  assert.deepEqual(
    slots.map(({ at, requests, failed }) => [at, requests, failed]),
    [
      [10, 1, 0],
      [10, 0, 1],
      [30, 1, 0],
    ],
  )
  assert.deepEqual(recorder.totals(), [{ lane: 'new-connections', requests: 2, failed: 1 }])
})
