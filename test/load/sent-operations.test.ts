import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeRecords } from '../../src/load/merge-records.ts'
import { getOf } from '../../src/load/plain-request.ts'
import { mergeOperations, watchOperations } from '../../src/load/sent-operations.ts'
import { recordOf } from '../helpers/records.ts'

const requests = ['a', 'b', 'c'].map((operation) => ({ ...getOf(`/${operation}`), operation }))

test('watchOperations() knows what was not sent, each operation once', () => {
  const watch = watchOperations([...requests, ...requests, getOf('/')])
  watch.add({ operation: 'b' })
  watch.add({})
  assert.deepEqual(watch.read(), { operations: { planned: 3, unsent: ['a', 'c'] } })
  assert.deepEqual(watchOperations([getOf('/')]).read(), {})
})

test('of several generators nothing is unsent that one of them has sent', () => {
  const recordWith = (...unsent: string[]): ReturnType<typeof recordOf> => ({
    ...recordOf([], ['keep-alive']),
    operations: { planned: 3, unsent },
  })
  const all = mergeRecords([recordWith('a', 'c'), recordWith('b', 'c')])
  assert.deepEqual(all.operations, { planned: 3, unsent: ['c'] })
  assert.deepEqual(mergeOperations([{}, {}]), {})
})
