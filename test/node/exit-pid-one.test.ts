import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type Child, startChild } from '../helpers/child.ts'

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

test('as PID 1 SIGTERM ends a serving program with 0 after its hooks (trap 29)', { skip }, async (t) => {
  const child = startChild(t, 'lifecycle/serving.ts', { command })
  assert.match(await child.line(/^ready/), / 1$/)
  process.kill(innerPid(child), 'SIGTERM')
  assert.deepEqual(await child.exit(), { code: 0, signal: null })
  assert.match(child.stdout, /hook ran\n$/)
  assert.equal(child.report().clean, true)
})

test('as PID 1 a hook that hangs is ended by its limit (trap 29)', { skip }, async (t) => {
  const child = startChild(t, 'lifecycle/hooks.ts', { command, args: ['hangs'] })
  await child.line(/^ready/)
  process.kill(innerPid(child), 'SIGTERM')
  assert.deepEqual(await child.exit(), { code: 1, signal: null })
})
