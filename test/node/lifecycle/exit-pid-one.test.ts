import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startChild } from '../../helpers/child.ts'
import { innerPid, pidOneCommand, skipPidOne } from '../../helpers/pid-one.ts'

test(
  'as PID 1 SIGTERM ends a serving program with 0 after its hooks (trap 29)',
  { skip: skipPidOne },
  async (t) => {
    const child = startChild(t, 'lifecycle/serving.ts', { command: pidOneCommand })
    assert.match(await child.line(/^ready/), / 1$/)
    process.kill(innerPid(child), 'SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /hook ran\n$/)
    assert.equal(child.report().clean, true)
  },
)

test('as PID 1 a hook that hangs is ended by its limit (trap 29)', { skip: skipPidOne }, async (t) => {
  const child = startChild(t, 'lifecycle/hooks.ts', { command: pidOneCommand, args: ['hangs'] })
  await child.line(/^ready/)
  process.kill(innerPid(child), 'SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
})
