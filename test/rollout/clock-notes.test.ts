import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRun } from '../../src/rollout/verdict.ts'
import type { RunFacts } from '../../src/rollout/run-facts.ts'
import { makeFacts } from '../helpers/run-facts.ts'

function factsWith(clockErrorMs: number): RunFacts {
  const facts = makeFacts()
  return { ...facts, load: { ...facts.load, generators: 3, clockErrorMs } }
}

test('judgeRun notes clocks that are apart when that is not small beside the shortest phase', () => {
  const { outcome, notes } = judgeRun(factsWith(201))
  assert.deepEqual(
    [outcome, notes],
    [
      'pass',
      [
        'the clocks of the load generators are known to within 201 ms: a request that ended so close to the end of a ' +
          'phase may count under the wrong one (the shortest phase took 2000 ms)',
      ],
    ],
  )
})

test('judgeRun notes nothing of clocks that are known well, or of a single one', () => {
  assert.deepEqual(judgeRun(factsWith(200)).notes, [])
  assert.deepEqual(judgeRun(makeFacts()).notes, [])
})
