import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCommand } from '../../../src/supervisor/control/parse-command.ts'

test('parseCommand reads every command, and ignores what it does not know of one', () => {
  for (const command of ['status', 'stop', 'hammer'])
    assert.deepEqual(parseCommand(JSON.stringify({ command, reason: 1, more: {} })), { command: { command } })
  const restart = { command: 'restart', reason: 'deploy' }
  assert.deepEqual(parseCommand(JSON.stringify({ ...restart, more: 1 })), { command: restart })
})

test('parseCommand never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (line) => {
      const { problem } = parseCommand(line)
      assert.ok(problem === undefined || problem.length > 10)
    }),
  )
})
