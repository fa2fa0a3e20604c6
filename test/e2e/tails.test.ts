import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '../../e2e/scenario.ts'
import { listScenarios } from '../../e2e/scenarios.ts'
import { judgeTailControl, judgeTails } from '../../e2e/tails.ts'
import { judgeControl, leastRequestsIn } from '../../e2e/verdict.ts'
import type { Sample } from '../../src/load/sample.ts'
import type { PodRecord } from '../../src/rollout/pod-record.ts'
import { smallestOutageMs } from '../../src/rollout/power.ts'
import { type Changes, lane, outcome, pod, report } from '../helpers/e2e-outcome.ts'
import { makeSample } from '../helpers/samples.ts'

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

test('the slow readers have scenarios of their own, with a control that must lose', () => {
  const reading = listScenarios(undefined, 210).filter(({ lanes }) => lanes.includes('slow-reader'))
  assert.deepEqual(
    reading.map(({ name, judge }) => [name, judge]),
    [
      ['tail', judgeTails],
      ['tail-bare', judgeTailControl],
    ],
  )
})

const names = ['new-connections', 'slow-reader'] as const
const slow = (changes: Changes = {}): Outcome =>
  outcome({
    ...changes,
    scenario: { restarts: 2, replicas: 1, rate: 50, lanes: names, leastRequests: 0 },
    load: { lanes: names.map((name) => lane({ lane: name })), ...changes.load },
  })
/** A pod whose drain took so long. */
const drained = (ms: number): PodRecord => {
  const events = [
    { event: 'readinessFailed', ms: 0, inFlight: 3 },
    { event: 'shutdownDelayElapsed', ms: 2_000, inFlight: 0 },
    { event: 'connectionsDrained', ms: 2_000 + ms, inFlight: 0 },
  ]
  return pod({ report: report({ events }) })
}

test('slow readers pass when all answers are whole and enough drains waited for them, whatever the rate', () => {
  assert.deepEqual(judgeTails(slow({ run: { pods: [drained(500), drained(900), drained(20)] } })), {
    problems: [],
    doubts: [],
  })
})

const waited = [drained(900), drained(900)]
for (const [what, changes, problems] of [
  [
    'an answer was lost',
    { run: { pods: waited }, verdict: { outcome: 'fail', reasons: ['1 request failed'] } },
    ['1 request failed'],
  ],
  [
    'too few drains waited',
    { run: { pods: [...waited.slice(1), drained(499), pod()] } },
    ['1 of 3 drains waited for a slow reader, wanted 2'],
  ],
  [
    'the lane did not run',
    { run: { pods: waited }, load: { lanes: [lane()] } },
    ['lanes that did not run: slow-reader'],
  ],
  [
    'the readiness of a pod did not flip',
    {
      run: {
        pods: [
          ...waited,
          pod({ report: report({ events: [{ event: 'hooksFinished', ms: 1, inFlight: 0 }] }) }),
        ],
      },
    },
    ['shop-1: readiness did not flip, says its report'],
  ],
  [
    'a pod force-closed something',
    { run: { pods: [drained(900), { ...drained(900), forceClosed: 1 }] } },
    [
      'shop-1 ended with exit code 0, but force-closed 1 request or connection. What helps: a longer drain timeout',
    ],
  ],
] as readonly (readonly [string, Changes, readonly string[]])[]) {
  test(`slow readers fail when ${what}`, () => {
    assert.deepEqual(judgeTails(slow(changes)).problems, problems)
  })
}

const cut = (parts: Partial<Sample>): Outcome =>
  slow({ load: { failures: [makeSample({ lane: 'slow-reader', status: 200, ...parts })] } })

test('the control of the slow readers has to cut an answer that had begun', () => {
  const silent = { code: 'ANSWER_SILENT', message: 'no byte for 15000 ms', stage: 'body' } as const
  const refused = { code: 'ECONNREFUSED', message: 'refused', stage: 'connect' } as const
  assert.deepEqual(judgeTailControl(cut({ error: silent })).problems, [])
  for (const parts of [
    { error: refused, status: undefined },
    { error: { ...silent, code: 'HTTP_503' }, status: 503 },
    { error: silent, lane: 'new-connections' },
  ])
    assert.match(judgeTailControl(cut(parts)).problems[0]!, /^none of the [01] failures of slow readers cut/)
})
