import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFailureList } from '../../src/load/failure-list.ts'
import { createTally } from '../../src/load/tally.ts'
import { makeSample } from '../helpers/samples.ts'

const at = (ms: number): { startedAt: { wallMs: number; monotonicMs: number }; endMs: number } => ({
  startedAt: { wallMs: ms, monotonicMs: ms },
  endMs: 10,
})
const refused = { code: 'ECONNREFUSED', syscall: 'connect', message: 'refused', stage: 'connect' } as const

test('createTally counts a request under the phase in which it ends, and over all phases', () => {
  const tally = createTally(2_000)
  tally.open('slow', 0)
  tally.add(makeSample({ lane: 'slow', ...at(10) }), 'baseline')
  tally.add(makeSample({ lane: 'slow', ...at(20), error: refused }), 'rollout')
  assert.equal(tally.figures('slow', 'baseline').failed, 0)
  assert.equal(tally.figures('slow', 'rollout').failed, 1)
  assert.deepEqual([tally.figures('slow').requests, tally.figures('slow').failed], [2, 1])
})

test('createTally measures the longest time without a success, a run of failures included', () => {
  const tally = createTally(2_000)
  tally.open('slow', 0)
  tally.add(makeSample({ lane: 'slow', ...at(90) }), 'rollout')
  tally.add(makeSample({ lane: 'slow', ...at(300), error: refused }), 'rollout')
  tally.add(makeSample({ lane: 'slow', ...at(590), error: refused }), 'rollout')
  assert.equal(tally.figures('slow').longestGapMs, 500)
})

test('createTally gives quantiles of successes in milliseconds', () => {
  const tally = createTally(2_000)
  for (let ms = 1; ms <= 100; ms++) tally.add(makeSample({ ...at(ms), endMs: ms }), 'load')
  const { p50Ms, p99Ms, maxMs } = tally.figures('new-connections')
  assert.ok(Math.abs(p50Ms - 50) < 2 && Math.abs(p99Ms - 99) < 2 && Math.abs(maxMs - 100) < 2)
})

test('createTally counts what was refused and what was resent, apart from what failed', () => {
  const tally = createTally(2_000)
  tally.add(makeSample({ refused: 1 }), 'drain')
  tally.add(makeSample({ resent: 1 }), 'drain')
  tally.add(makeSample({ refused: 2, error: { ...refused, code: 'HTTP2_REFUSED' } }), 'rollout')
  const { failed, refused: refusals, resent } = tally.figures('new-connections')
  assert.deepEqual({ failed, refusals, resent }, { failed: 1, refusals: 3, resent: 1 })
  assert.equal(tally.figures('new-connections', 'drain').refused, 1)
})

test("createTally keeps failures of the generator's own apart", () => {
  const tally = createTally(2_000)
  tally.add(makeSample({ error: { ...refused, code: 'EADDRNOTAVAIL' } }), 'load')
  const { requests, failed, own } = tally.figures('new-connections')
  assert.deepEqual({ requests, failed, own }, { requests: 1, failed: 0, own: 1 })
})

test('createFailureList keeps the first failures whole and counts the rest', () => {
  const list = createFailureList(2)
  for (const id of ['a', 'b', 'c']) list.add(makeSample({ id, error: refused }))
  assert.deepEqual([list.listed.map((sample) => sample.id), list.notListed], [['a', 'b'], 1])
})

const raced = {
  lane: 'think-time',
  nthOnSocket: 2,
  idleMs: 2_001,
  status: undefined,
  endMs: 49,
  error: { code: 'ECONNRESET', message: 'reset', stage: 'wait' },
} as const

test('createTally counts a request apart that crossed the close of a connection that was idle for too long', () => {
  const tally = createTally(2_000)
  assert.equal(tally.add(makeSample(raced), 'drain'), 'raced')
  assert.equal(
    tally.add(makeSample({ ...raced, error: { ...raced.error, code: 'EPIPE' } }), 'drain'),
    'raced',
  )
  tally.add(makeSample({ lane: 'think-time', nthOnSocket: 2, idleMs: 2_001 }), 'drain')
  tally.add(makeSample({ lane: 'think-time', nthOnSocket: 2, idleMs: 2_000 }), 'drain')
  const { requests, failed, afterLongIdle, raced: lost } = tally.figures('think-time', 'drain')
  assert.deepEqual(
    { requests, failed, afterLongIdle, lost },
    { requests: 4, failed: 0, afterLongIdle: 3, lost: 2 },
  )
  assert.equal(tally.figures('think-time').raced, 2)
})

for (const [what, parts] of [
  ['the pause was not longer than the limit', { idleMs: 2_000 }],
  ['it was the first on its connection', { nthOnSocket: 1 }],
  ['it had been worked on for a while', { endMs: 50 }],
  ['its answer had begun', { status: 200 }],
  ['it failed in another way', { error: { ...raced.error, code: 'CLIENT_TIMEOUT' } }],
  ['it is of another lane', { lane: 'keep-alive' }],
] as const) {
  test(`createTally counts a lost request as failed when ${what}`, () => {
    const tally = createTally(2_000)
    const sample = makeSample({ ...raced, ...parts })
    assert.equal(tally.add(sample, 'drain'), 'failed')
    assert.deepEqual([tally.figures(sample.lane).failed, tally.figures(sample.lane).raced], [1, 0])
  })
}

test('createTally keeps the longest gap, begins with none, and names each phase once', () => {
  const tally = createTally(2_000)
  for (const ms of [1_000, 1_400, 1_500]) tally.add(makeSample({ lane: 'slow', ...at(ms) }), 'rollout')
  assert.equal(tally.figures('slow').longestGapMs, 400)
  assert.deepEqual(tally.phases(), ['rollout'])
})

test('createTally has no latency without a success, and takes one of 0 ms', () => {
  const tally = createTally(2_000)
  tally.add(makeSample({ error: refused }), 'load')
  const { p50Ms, p99Ms, maxMs } = tally.figures('new-connections')
  assert.deepEqual([p50Ms, p99Ms, maxMs], [0, 0, 0])
  tally.add(makeSample({ endMs: 0 }), 'load')
  assert.equal(tally.figures('new-connections').maxMs, 0.001)
})
