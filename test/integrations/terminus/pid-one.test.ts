import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { type Child, startChild } from '../../helpers/child.ts'
import { WAIT_MS, within } from '../../helpers/eventually.ts'
import { innerPid, pidOneCommand as command, skipPidOne as skip } from '../../helpers/pid-one.ts'

async function terminate(t: TestContext, fixture: string, options: object): Promise<Child> {
  const args = [JSON.stringify(options)]
  const child = startChild(t, `terminus/${fixture}`, { command, args })
  await child.line(/^ready/)
  process.kill(innerPid(child), 'SIGTERM')
  return child
}

test(
  'as PID 1 the drop-in ends with 0, with something still open, without useExit0 (trap 29)',
  { skip },
  async (t) => {
    const child = await terminate(t, 'app.ts', {})
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.match(child.stdout, /^onShutdown 0$/m)
  },
)

test(
  'as PID 1 terminus raises a signal that does nothing, and goes on for ever (trap 29)',
  { skip },
  async (t) => {
    const child = await terminate(t, 'app.ts', { real: true })
    await child.line(/^onShutdown 0$/)
    const before = child.stdout.length
    const isBeating = (): boolean => /(heartbeat\n){5}/.test(child.stdout.slice(before))
    while (!isBeating())
      await within(WAIT_MS, () => `a heartbeat after\n${child.stdout}`, once(child.process.stdout!, 'data'))
    assert.equal(child.process.exitCode, null)
  },
)

test('as PID 1 the package with terminusOptions() ends with 0 (trap 29)', { skip }, async (t) => {
  const child = await terminate(t, 'peer-app.ts', {})
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.equal(child.report().clean, true)
})
