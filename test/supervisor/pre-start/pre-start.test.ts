import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type PreStartOptions, runPreStart } from '../../../src/supervisor/pre-start/pre-start.ts'
import { eventually } from '../../helpers/eventually.ts'
import { isAlive } from '../../helpers/generation.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const LONG_MS = 60_000

function run(t: TestContext, script: string, more: Partial<PreStartOptions> = {}): Promise<string | null> {
  const cwd = temporaryFolder(t)
  const options = { cwd, env: process.env, reason: 'SIGHUP', timeoutMs: LONG_MS }
  return runPreStart(['/bin/sh', '-c', script], { ...options, ...more })
}

test('exit code 0 lets the restart begin; the command has the reason, and its folder', async (t) => {
  const cwd = temporaryFolder(t)
  const script = 'echo "$LASTCALL_RESTART_REASON|$PWD|$NOTIFY_SOCKET|$KEPT" > out'
  const env = { ...process.env, NOTIFY_SOCKET: '/run/notify', KEPT: 'yes' }
  assert.equal(await run(t, script, { cwd, env }), null)
  assert.equal(readFileSync(join(cwd, 'out'), 'utf8'), `SIGHUP|${cwd}||yes\n`)
})

test('any other exit code refuses it, with the last lines of the output', async (t) => {
  const script = 'for n in 1 2 3 4 5 6 7; do echo "line $n" >&2; done; exit 3'
  const last = 'line 3 | line 4 | line 5 | line 6 | line 7'
  assert.equal(await run(t, script), `it exited with code 3: ${last}`)
  assert.equal(await run(t, 'exit 1'), 'it exited with code 1')
})

test('a signal refuses it', async (t) => {
  assert.equal(await run(t, 'kill -TERM $$'), 'it was ended by SIGTERM')
})

test('after its time it is killed, with everything that it has started', async (t) => {
  const cwd = temporaryFolder(t)
  const refused = run(t, 'sleep 600 & echo $! > pid; echo waits; wait', { cwd, timeoutMs: 300 })
  assert.equal(await refused, 'it was killed after 300ms: waits')
  const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'))
  await eventually('what it has started has ended', () => !isAlive(pid))
})

test('a supervisor that stops kills it', async (t) => {
  const cwd = temporaryFolder(t)
  const abort = new AbortController()
  const refused = run(t, 'echo $$ > pid; sleep 600', { cwd, signal: abort.signal })
  await eventually('it runs', () => {
    try {
      return readFileSync(join(cwd, 'pid'), 'utf8') !== ''
    } catch {
      return false
    }
  })
  abort.abort()
  assert.equal(await refused, 'it was ended by SIGKILL')
})

test('a supervisor that has stopped does not wait for it', async (t) => {
  assert.match((await run(t, 'sleep 600', { signal: AbortSignal.abort() })) ?? '', /was ended by SIGKILL/)
})

test('a command that cannot be started refuses it', async (t) => {
  const options = { cwd: temporaryFolder(t), env: process.env, reason: 'SIGHUP', timeoutMs: LONG_MS }
  const problem = await runPreStart(['./gone'], options)
  assert.match(problem ?? '', /^it cannot be run: .*gone does not exist \(ENOENT\)/)
  assert.match(
    (await runPreStart(['/bin/sh'], { ...options, cwd: '/gone' })) ?? '',
    /the working folder \/gone/,
  )
})
