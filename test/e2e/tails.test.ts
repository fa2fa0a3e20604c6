import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../e2e/scenario.ts'
import { listScenarios } from '../../e2e/scenarios.ts'
import type { Download } from '../../e2e/throttled-client.ts'
import { judgeTailControl, judgeTails } from '../../e2e/tails.ts'
import { judgeControl, leastRequestsIn } from '../../e2e/verdict.ts'
import { smallestOutageMs } from '../../src/rollout/power.ts'
import { beganAt, type Changes, lane, outcome, pod } from '../helpers/e2e-outcome.ts'

test('a control has to lose requests in every group of lanes', () => {
  const lost = outcome({ load: { lanes: [lane({ failed: 1 }), lane({ lane: 'sse' })] } })
  assert.deepEqual(judgeControl(lost, [['new-connections', 'sse']]).problems, [])
  assert.deepEqual(judgeControl(lost, [['new-connections'], ['sse', 'slow']]).problems, [
    'the control run lost nothing in sse, slow: this test cannot see lost requests',
  ])
  const raced = outcome({ load: { lanes: [lane({ lane: 'think-time', raced: 1 })] } })
  assert.deepEqual(judgeControl(raced, [['think-time']]).problems, [])
})

test('the scenarios have names of their own, and the flags apply to those that must not lose anything', () => {
  const scenarios = listScenarios(4, 100)
  const names = scenarios.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  const by = new Map(scenarios.map((scenario) => [scenario.name, scenario]))
  assert.deepEqual(
    [by.get('protected')?.restarts, by.get('next')?.restarts, by.get('control')?.restarts],
    [4, 10, 2],
  )
  assert.deepEqual(
    [by.get('express')?.rate, by.get('express')?.leastRequests],
    [100, leastRequestsIn(4, 100)],
  )
  // As much of it, at a lower rate and with fewer pods, and no less would be seen.
  const next = by.get('next')!
  assert.deepEqual([next.rate, next.leastRequests], [75, leastRequestsIn(4, 100)])
  assert.equal(smallestOutageMs(next.rate, next.replicas + 1), smallestOutageMs(100, 4))
  assert.equal(listScenarios(undefined, 210)[0]?.restarts, 8)
})

// The drain of a pod begins 22 s after the load did.
const download = (changes: Partial<Download> = {}): Download => ({
  end: 'whole',
  pod: 'shop-1',
  bodyBytes: 8_000_072,
  wantedBytes: 8_000_072,
  fromMs: beganAt + 18_000,
  untilMs: beganAt + 26_000,
  why: '',
  ...changes,
})
const slow = (downloads: readonly Download[], changes: Changes = {}): Outcome =>
  outcome({ ...changes, scenario: { restarts: 2 }, outcome: { downloads, ...changes.outcome } })

test('slow downloads pass when all are whole and enough of them were read during a drain', () => {
  assert.deepEqual(judgeTails(slow([download(), download()])), { problems: [], doubts: [] })
})

for (const [what, downloads, changes, problems] of [
  [
    'one is cut',
    [download(), download(), download({ end: 'cut', bodyBytes: 5, why: 'no byte for 10 s' })],
    {},
    [
      '1 of 3 slow downloads were not whole',
      'a slow download from shop-1 was cut: 5 of 8000072 bytes, no byte for 10 s',
    ],
  ],
  [
    'one is refused',
    [
      download(),
      download(),
      download({ end: 'refused', pod: undefined, bodyBytes: 0, wantedBytes: undefined, why: 'x' }),
    ],
    {},
    ['1 of 3 slow downloads were not whole', 'a slow download from no pod was refused: 0 of ? bytes, x'],
  ],
  [
    'too few were read during a drain',
    [
      download(),
      download({ fromMs: beganAt + 22_000 }),
      download({ untilMs: beganAt + 22_000 }),
      download({ pod: 'other' }),
    ],
    {},
    ['1 of 4 slow downloads were read while their pod drained, wanted 2'],
  ],
  [
    'a request failed beside them',
    [download(), download()],
    { verdict: { outcome: 'fail', reasons: ['3 requests failed'] } },
    ['3 requests failed'],
  ],
  [
    'a pod force-closed something',
    [download(), download()],
    { pod: pod({ forceClosed: 1 }) },
    [
      'shop-1 ended with exit code 0, but force-closed 1 request or connection. What helps: a longer drain timeout',
    ],
  ],
] as readonly (readonly [string, readonly Download[], Changes, readonly string[]])[]) {
  test(`slow downloads fail when ${what}`, () => {
    assert.deepEqual(judgeTails(slow(downloads, changes)).problems, problems)
  })
}

test('the control of the slow downloads has to cut an answer that had begun', () => {
  assert.equal(judgeTailControl(slow([download(), download({ end: 'refused' })])).problems.length, 1)
  assert.deepEqual(judgeTailControl(slow([download({ end: 'cut' })])).problems, [])
})
