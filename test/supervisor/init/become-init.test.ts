import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { becomeInit, type InitHost, reportToInit } from '../../../src/supervisor/init/become-init.ts'
import { type Child, startChild } from '../../helpers/child.ts'
import { innerPid, pidOneCommand, skipPidOne } from '../../helpers/pid-one.ts'

const asPidOne = { skip: skipPidOne }

function start(t: TestContext, action = ''): Child {
  return startChild(t, 'generations/init.ts', { command: pidOneCommand, args: [action] })
}

function host(facts: Partial<InitHost>): { readonly host: InitHost; readonly calls: unknown[][] } {
  const calls: unknown[][] = []
  const execve = ((...call: unknown[]) => calls.push(call)) as unknown as NonNullable<InitHost['execve']>
  return {
    calls,
    host: { pid: 1, env: {}, execPath: '/node', execArgv: ['--flag'], execve, ...facts },
  }
}

test('becomeInit() replaces PID 1 by a shell with the same command line', () => {
  const { host: one, calls } = host({ env: { A: 'b' } })
  assert.equal(becomeInit(['/node', '/lastcall', 'run', '--', 'a b'], one), null)
  const [[file, args, env] = []] = calls
  assert.equal(file, '/bin/sh')
  assert.deepEqual((args as string[]).slice(-6), ['/node', '--flag', '/lastcall', 'run', '--', 'a b'])
  assert.deepEqual(env, { A: 'b' })
})

test('becomeInit() does nothing in any other process', () => {
  const { host: other, calls } = host({ pid: 2 })
  assert.equal(becomeInit(['/node'], other), null)
  assert.deepEqual(calls, [])
})

test('becomeInit() keeps sockets that come from outside, and says what that costs', () => {
  const { host: one, calls } = host({ env: { LISTEN_PID: '1', LISTEN_FDS: '1' } })
  assert.match(becomeInit(['/node'], one) ?? '', /^runs as PID 1 with sockets .*orphans .* not reaped/)
  assert.deepEqual(calls, [])
})

test('reportToInit() signals nobody but the shell of becomeInit(), and clears the variable', (t) => {
  const kill = t.mock.method(process, 'kill', () => true)
  reportToInit({}, 1)
  reportToInit({ LASTCALL_INIT: '1' }, 99)
  assert.equal(kill.mock.callCount(), 0)
  const env = { LASTCALL_INIT: '1' }
  reportToInit(env, 1)
  assert.deepEqual(kill.mock.calls[0]?.arguments, [1, 'SIGUSR1'])
  assert.deepEqual(env, {})
})

test(
  'as PID 1 the supervisor runs as the child of a shell, which passes every signal on',
  asPidOne,
  async (t) => {
    const child = start(t)
    assert.match(await child.line(/^up/), /^up [2-9]\d* 1 no variable$/)
    for (const signal of ['SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const) {
      process.kill(innerPid(child), signal)
      await child.line(new RegExp(`^got ${signal}$`))
    }
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
  },
)

test('as PID 1 signals that come before the supervisor has its handlers are kept', asPidOne, async (t) => {
  const child = start(t, 'is signalled early')
  for (const signal of ['SIGHUP', 'SIGUSR2', 'SIGINT']) await child.line(new RegExp(`^got ${signal}$`))
  process.kill(innerPid(child), 'SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
})

for (const [action, code] of [
  ['exits with 7', 7],
  ['is killed', 137],
] as const) {
  test(`as PID 1: a supervisor that ${action} ends the container with ${code}`, asPidOne, async (t) => {
    assert.deepEqual(await start(t, action).exit(), { code, signal: null })
  })
}

test('as PID 1 an exit with 127 is told from a wait without a child', asPidOne, async (t) => {
  const child = start(t, 'exits with 127')
  await child.line(/^up/)
  process.kill(innerPid(child), 'SIGTERM')
  assert.deepEqual(await child.exit(), { code: 127, signal: null })
})

test('as PID 1 the shell reaps orphans', asPidOne, async (t) => {
  const child = start(t, 'leaves an orphan')
  await child.line(/^the orphan is reaped$/)
  assert.equal((await child.exit()).code, 0)
})

test('as PID 1 Node itself does not reap orphans, which is why there is a shell', asPidOne, async (t) => {
  const child = start(t, 'stays PID 1')
  assert.match(await child.line(/^up/), /^up 1 0 /)
  await child.line(/^the orphan is Z$/)
  assert.equal((await child.exit()).code, 0)
})
