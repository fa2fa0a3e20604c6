import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFailureList } from '../../src/load/failure-list.ts'
import { makeSample } from '../helpers/samples.ts'

test('createFailureList keeps the first failures whole and counts the rest', () => {
  const list = createFailureList(2)
  for (const id of ['a', 'b', 'c']) list.add(makeSample({ id }))
  assert.deepEqual([list.listed.map((sample) => sample.id), list.notListed], [['a', 'b'], 1])
})
