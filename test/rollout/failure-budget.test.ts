import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type FailureBudget, mostOf, parseAllowance } from '../../src/rollout/failure-budget.ts'
import type { PhasedLane } from '../../src/rollout/phases.ts'
import { judgeRun, type Verdict } from '../../src/rollout/verdict.ts'
import { makeFacts, makeLane, makePod } from '../helpers/run-facts.ts'
import { makeSample } from '../helpers/samples.ts'

const requests = { baseline: 6_000, rollout: 4_000, drain: 6_000 }
const quick = makeLane('new-connections', requests)
const slow = (failed: Record<string, number>): PhasedLane =>
  makeLane('slow', { baseline: 1_000, rollout: 1_300, drain: 1_000 }, failed)

function judge(budgets: readonly FailureBudget[], ...lanes: readonly PhasedLane[]): Verdict {
  return judgeRun(makeFacts({ budgets, lanes: [quick, ...lanes] }))
}

suite('parseAllowance()', () => {
  for (const [text, wanted] of [
    ['0', { most: 0 }],
    ['3', { most: 3 }],
    ['0.1%', { percent: 0.1 }],
    ['0%', { percent: 0 }],
    ['100%', { percent: 100 }],
    ['', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['101%', undefined],
    ['.1%', undefined],
    ['1e2%', undefined],
    ['%', undefined],
    ['3 %', undefined],
    ['NaN%', undefined],
  ] as const) {
    test(`'${text}'`, () => assert.deepEqual(parseAllowance(text), wanted))
  }
})

test('mostOf() counts whole requests, whatever binary fractions make of a share', () => {
  for (const [percent, of, most] of [
    [0.1, 3_300, 3],
    [0.07, 10_000, 7],
    [2.3, 3_000, 69],
    [0.7, 11_000, 77],
    [0.3, 1_000, 3],
    [29, 100, 29],
    [0.1, 999, 0],
    [100, 5, 5],
  ] as const)
    assert.equal(mostOf({ percent }, of), most, `${percent} % of ${of}`)
})

suite('judgeRun() with budgets', () => {
  test('a lane within its budget does not fail the run, and the verdict says so', () => {
    const verdict = judge([{ lane: 'slow', allowance: { percent: 0.1 } }], slow({ rollout: 2 }))
    assert.deepEqual([verdict.outcome, verdict.exitCode, verdict.reasons], ['pass', 0, []])
    assert.deepEqual(verdict.notes, ['2 of 3,300 failed in slow, within its budget of 0.1 %'])
    assert.match(
      verdict.sentence,
      /^2 failed of 19,300 requests within the budget, in 1 rollout \(3 pods replaced\)$/,
    )
  })

  test('one request more fails it, with the budget and the number that it was', () => {
    const verdict = judge([{ lane: 'slow', allowance: { percent: 0.1 } }], slow({ rollout: 3, drain: 1 }))
    assert.equal(verdict.outcome, 'fail')
    assert.deepEqual(verdict.reasons, [
      '4 of 3,300 failed in slow, over its budget of 0.1 % (3)',
      '4 requests failed after the first restart began',
    ])
    assert.doesNotMatch(verdict.sentence, /budget/)
  })

  test('a number is a budget, too, up to itself', () => {
    const budgets = [{ lane: 'slow', allowance: { most: 3 } }]
    assert.equal(judge(budgets, slow({ rollout: 3 })).outcome, 'pass')
    const [over] = judge(budgets, slow({ rollout: 4 })).reasons
    assert.equal(over, '4 of 3,300 failed in slow, over its budget of 3')
  })

  test('a budget of one lane is none of another: its failures are the only ones that count', () => {
    const lanes = [slow({ rollout: 2 }), makeLane('keep-alive', { drain: 100 }, { drain: 1 })]
    const verdict = judge([{ lane: 'slow', allowance: { most: 3 } }], ...lanes)
    assert.deepEqual(verdict.reasons, ['1 request failed after the first restart began'])
    assert.deepEqual(verdict.notes, ['2 of 3,300 failed in slow, within its budget of 3'])
  })

  test('a budget of all lanes is one for each, and a lane’s own goes first', () => {
    const budgets = [{ allowance: { most: 1 } }, { lane: 'slow', allowance: { most: 0 } }]
    const other = makeLane('keep-alive', { drain: 100 }, { drain: 1 })
    assert.equal(judge(budgets, other).outcome, 'pass')
    assert.equal(judge(budgets, other, slow({ rollout: 1 })).outcome, 'fail')
  })

  test('failures within a budget are not looked for in stalls, and excuse no pod', () => {
    const at = { wallMs: 5_000, monotonicMs: 5_000 }
    const error = { code: 'ECONNRESET', message: 'reset', stage: 'wait' } as const
    const facts = makeFacts({
      budgets: [{ allowance: { most: 9 } }],
      lanes: [quick, slow({ rollout: 1 })],
      failures: [makeSample({ lane: 'slow', error, startedAt: at })],
      health: { stalls: [{ at, ms: 60 }] },
      pods: [makePod('pod-1', { ending: 'killed' })],
    })
    const { outcome, reasons } = judgeRun(facts)
    assert.equal(outcome, 'fail')
    assert.equal(reasons.length, 1)
    assert.match(reasons[0]!, /^pod-1 did not end within the grace period/)
  })
})
