import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newPod, noteTermination, type PodObject, type PodRecord } from '../../e2e/pod-record.ts'

type Container = NonNullable<PodObject['status']['containerStatuses']>[number]

function note(...containers: Container[]): PodRecord {
  const pod = newPod('shop-1', 0)
  noteTermination(pod, { metadata: { name: 'shop-1' }, status: { containerStatuses: containers } })
  return pod
}
const ended = (message?: string): Container => ({
  restartCount: 0,
  state: { terminated: { exitCode: 1, reason: 'Error', ...(message !== undefined && { message }) } },
})

test('noteTermination reads the exit code, the reason and the report of a pod', () => {
  const report = { schemaVersion: 1, events: [], forcedCloses: { total: 0 } }
  const pod = note(ended(JSON.stringify(report)))
  assert.deepEqual([pod.exitCode, pod.endedBy, pod.report, pod.message], [1, 'Error', report, undefined])
})

test('noteTermination keeps the text of a termination message that is not one report, and never throws', () => {
  const texts = [
    '{"events":[]}\n{"events":[]}',
    '{"half',
    'panic: no',
    '',
    '{}',
    'null',
    '[]',
    '7',
    '{"events":3}',
  ]
  for (const text of texts) {
    const pod = note(ended(text))
    assert.deepEqual([pod.report, pod.message, pod.exitCode], [undefined, text, 1], text)
  }
  const silent = note(ended())
  assert.deepEqual([silent.report, silent.message, silent.exitCode], [undefined, undefined, 1])
})

test('noteTermination counts the restarts of all containers, and reads how the one before ended', () => {
  const { state } = ended('out of memory')
  const pod = note({ restartCount: 2, state: {}, lastState: state! }, { restartCount: 1 })
  assert.deepEqual([pod.restarts, pod.exitCode, pod.message], [3, 1, 'out of memory'])
  noteTermination(pod, { metadata: { name: 'shop-1' }, status: {} })
  assert.equal(pod.restarts, 3)
})
