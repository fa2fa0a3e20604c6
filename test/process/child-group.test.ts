import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type ChildGroup, type ChildSpec, startChildGroup } from '../../src/process/child-group.ts'
import { eventually } from '../helpers/eventually.ts'

function start(t: TestContext, script: string, more: Partial<ChildSpec> = {}): ChildGroup {
  const command = [process.execPath, '-e', script]
  const group = startChildGroup({ command, cwd: process.cwd(), env: process.env, ...more })
  t.after(() => group.kill())
  return group
}

function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Starts a child that lives on, does as `rest` says, and prints the pid of the child. */
const withChild = (rest: string): string => `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  ${rest}
  console.log(child.pid)`
const childOf = async (group: ChildGroup): Promise<number> => {
  await eventually('the pid of a child', () => group.output().length > 0)
  return Number(group.output()[0])
}

test('startChildGroup tells how its first process ended, with its last words', async (t) => {
  const group = start(t, "console.log('out'); console.error('err'); process.exit(7)")
  assert.deepEqual(await group.exited, { code: 7, signal: null })
  assert.deepEqual(group.output().toSorted(), ['err', 'out'])
  assert.equal(group.hasExited(), true)
})

test('startChildGroup tells that a program cannot be started', async (t) => {
  const group = start(t, '', { command: ['no-such-program'] })
  const { error } = await group.exited
  assert.deepEqual([error?.code, group.pid, group.hasExited()], ['ENOENT', undefined, true])
  group.kill()
})

test('signal() reaches the first process only, and its end takes the others with it', async (t) => {
  const group = start(
    t,
    withChild("process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)"),
  )
  const child = await childOf(group)
  group.signal('SIGTERM')
  assert.deepEqual(await group.exited, { code: 0, signal: null })
  await eventually('the child is gone', () => !isAlive(child))
})

test('kill() ends the whole group', async (t) => {
  const group = start(t, withChild('setInterval(() => {}, 1000)'))
  const child = await childOf(group)
  assert.ok(isAlive(child))
  group.kill()
  assert.deepEqual(await group.exited, { code: null, signal: 'SIGKILL' })
  await eventually('the child is gone', () => !isAlive(child))
})

test('inspectSurvivors() looks at those who are left before they are killed, also when it fails', async (t) => {
  const seen: boolean[] = []
  let child = 0
  const group = start(t, withChild('setTimeout(() => process.exit(0), 100)'), {
    inspectSurvivors: async () => {
      child = await childOf(group)
      seen.push(isAlive(child), group.hasExited())
      throw new Error('could not look')
    },
  })
  assert.deepEqual(await group.exited, { code: 0, signal: null })
  assert.deepEqual(seen, [true, false])
  await eventually('the child is gone', () => !isAlive(child))
})

test('inspectSurvivors() is not called when nobody is left', async (t) => {
  let calls = 0
  const group = start(t, '', { inspectSurvivors: async () => calls++ })
  await group.exited
  assert.equal(calls, 0)
})

test('kill() while the survivors are looked at ends them at once', async (t) => {
  const { promise: looked, resolve: look } = Promise.withResolvers<void>()
  const { promise: enough, resolve: end } = Promise.withResolvers<void>()
  const group = start(t, withChild('setTimeout(() => process.exit(0), 100)'), {
    inspectSurvivors: async () => {
      look()
      await enough
    },
  })
  await looked
  const child = await childOf(group)
  group.kill()
  await eventually('the child is gone', () => !isAlive(child))
  end()
  await group.exited
})

const detachedChild = `
  const { spawn } = require('node:child_process')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
  console.log(child.pid)`
const mark = (): Pick<ChildSpec, 'env' | 'mark'> => ({
  env: { ...process.env, GROUP: randomUUID() },
  mark: 'GROUP',
})
const skip = process.platform !== 'linux' && 'only Linux shows the environment of a process'

test('who moved to a session of its own goes with the first process all the same', { skip }, async (t) => {
  const seen: boolean[] = []
  const group = start(t, `${detachedChild}; setTimeout(() => process.exit(0), 100)`, {
    ...mark(),
    inspectSurvivors: async () => void seen.push(isAlive(await childOf(group))),
  })
  assert.deepEqual(await group.exited, { code: 0, signal: null })
  assert.deepEqual(seen, [true])
  const child = await childOf(group)
  await eventually('the child is gone', () => !isAlive(child))
})

test('kill() ends who moved to a session of its own, and nobody of another group', { skip }, async (t) => {
  const [group, other] = [start(t, detachedChild, mark()), start(t, withChild(''), mark())]
  const [child, others] = await Promise.all([childOf(group), childOf(other)])
  group.kill()
  await eventually('the child is gone', () => !isAlive(child))
  assert.ok(isAlive(others))
})
