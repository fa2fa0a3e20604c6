import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTerminationMessage } from '../../src/rollout/pod-record.ts'

test('readTerminationMessage tells a report of lastcall from the last words of something else, and never throws', () => {
  const report = { schemaVersion: 1, events: [], forcedCloses: { total: 0 } }
  assert.deepEqual(readTerminationMessage(JSON.stringify(report)), { report })
  for (const text of ['{"half', 'panic: no', '', '{}', 'null', '[]', '7', '{"events":3}']) {
    assert.deepEqual(readTerminationMessage(text), { message: text })
  }
})
