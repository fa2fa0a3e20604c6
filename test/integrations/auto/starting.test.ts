import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Child } from '../../helpers/child.ts'
import { runApp } from './setup.ts'

// As in a container: the kernel gives the first process of a PID namespace no default action for signals (pid_namespaces(7)).
const command = ['unshare', '-pf', '--mount-proc', '--kill-child']
const works = spawnSync(command[0]!, [...command.slice(1), 'true']).status === 0
const skip = works
  ? false
  : 'unshare cannot make a PID namespace here (it is Linux only and wants the right to)'

/** The process in the namespace as it is called from outside. */
function innerPid(child: Child): number {
  const { pid } = child.process
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

test(
  'as PID 1 SIGTERM ends a start that has not come to listening, with 0 (trap 31)',
  { skip },
  async (t) => {
    const child = runApp(t, 'apps/starting.mjs', { command })
    await child.line(/^starting$/)
    process.kill(innerPid(child), 'SIGTERM')
    assert.deepEqual(await child.exit(), { code: 0, signal: null })
    assert.deepEqual(
      child.report().events.map(({ event }) => event),
      ['shutdownInitiated', 'hooksFinished'],
    )
  },
)

test('as PID 1 a parent of other processes is left to them, as ever', { skip }, async (t) => {
  const child = runApp(t, 'apps/starting.mjs', { command, args: ['parent'] })
  await child.line(/^starting$/)
  process.kill(innerPid(child), 'SIGTERM')
  process.kill(innerPid(child), 'SIGUSR2')
  await child.line(/^listening$/)
  assert.equal(child.stderr.includes('shutdownInitiated'), false)
})

test('SIGTERM ends a start by its own action where it has one', async (t) => {
  const child = runApp(t, 'apps/starting.mjs')
  await child.line(/^starting$/)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exit(), { code: null, signal: 'SIGTERM' })
})

test('an application that has handled SIGTERM and listens all the same is shut down at once, its handler called once', async (t) => {
  const child = runApp(t, 'apps/starting.mjs', {
    args: ['handler'],
    env: { LASTCALL_SHUTDOWN_DELAY: '30s', LASTCALL_HOOKS_TIMEOUT: '100ms' },
  })
  await child.line(/^starting$/)
  child.kill('SIGTERM')
  await child.line(/^handled$/)
  child.kill('SIGUSR2')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
  assert.equal(child.stdout, 'starting\nhandled\nlistening\n')
  assert.deepEqual(
    child.report().hooks.map(({ outcome }) => outcome),
    ['timedOut'],
  )
})
