import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { type LaneChanges, noChanges } from '../../../../src/load/lane-changes.ts'
import { getOf } from '../../../../src/load/plain-request.ts'
import { mergeAnswers, type NamedAnswer } from '../../../../src/rollout/drivers/kubernetes/merge-answers.ts'

function answerOf(
  name: string,
  problems: readonly string[],
  changes: Partial<LaneChanges> = {},
): NamedAnswer {
  return {
    name,
    answer: { n: 1, at: 1, type: 'self-test', command: 1, problems, changes: { ...noChanges, ...changes } },
  }
}

suite('mergeAnswers()', () => {
  test('a problem of all is said once for each, one of some with its generator', () => {
    const merged = mergeAnswers([answerOf('generator 1', ['all']), answerOf('generator 2', ['all', 'own'])])
    assert.ok(merged.type === 'self-test')
    assert.deepEqual(merged.problems, ['all', 'all', 'generator 2: own'])
  })

  test('a lane that one generator leaves out is left out by all, and does not fall back as well', () => {
    const change = { lane: 'keep-alive', reason: 'no echo' }
    const merged = mergeAnswers([
      answerOf('generator 1', [], { fellBack: [{ ...change, instead: getOf('/') }] }),
      answerOf('generator 2', [], { leftOut: [change] }),
    ])
    assert.ok(merged.type === 'self-test')
    assert.deepEqual(merged.changes, { ...noChanges, leftOut: [change] })
  })

  test('other answers say the same', () => {
    const answer = { n: 4, at: 1, type: 'load-started', command: 2 } as const
    assert.equal(
      mergeAnswers([
        { name: undefined, answer },
        { name: undefined, answer: { ...answer, n: 5 } },
      ]),
      answer,
    )
  })
})
