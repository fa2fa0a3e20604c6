import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeRun } from '../../src/rollout/verdict.ts'
import { makeFacts } from '../helpers/run-facts.ts'

test('judgeRun notes what a run does not know, and passes it all the same', () => {
  const unknown = ['it is not known when a pod stopped accepting connections']
  const { outcome, notes } = judgeRun({ ...makeFacts(), unknown })
  assert.deepEqual([outcome, notes], ['pass', unknown])
})
