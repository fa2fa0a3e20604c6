import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Sample, SampleError } from '../../src/load/sample.ts'
import { groupFailures } from '../../src/rollout/failure-groups.ts'
import { makeSample } from '../helpers/samples.ts'

const fail = (id: string, target: string | undefined, error: Partial<SampleError>): Sample =>
  makeSample({ id, target, error: { code: 'ECONNREFUSED', message: 'm', stage: 'connect', ...error } })

test('groupFailures counts by cause and pod, the most frequent cause first, and keeps the first of each', () => {
  const groups = groupFailures([
    fail('a', 'pod-1', { code: 'HTTP_503', stage: 'body' }),
    fail('b', 'pod-2', {}),
    fail('c', 'pod-1', {}),
    fail('d', 'pod-2', {}),
    fail('e', undefined, {}),
  ])
  assert.deepEqual(
    groups.map(({ cause, count, pods }) => [
      cause.title,
      count,
      pods.map(({ pod, count: here, first }) => [pod, here, first.id]),
    ]),
    [
      [
        'Refused',
        4,
        [
          ['pod-2', 2, 'b'],
          ['pod-1', 1, 'c'],
          [undefined, 1, 'e'],
        ],
      ],
      ['Answered with an error', 1, [['pod-1', 1, 'a']]],
    ],
  )
})

test('groupFailures of nothing is nothing', () => {
  assert.deepEqual(groupFailures([]), [])
})

test('groupFailures counts by operation, the most frequent first, and leaves out what is of none', () => {
  const samples = ['GET /b', 'GET /a', undefined, 'GET /a'].map((operation) => ({
    ...fail('a', 'pod-1', {}),
    ...(operation !== undefined && { operation }),
  }))
  assert.deepEqual(
    groupFailures(samples).map(({ operations }) => operations),
    [
      [
        ['GET /a', 2],
        ['GET /b', 1],
      ],
    ],
  )
})
