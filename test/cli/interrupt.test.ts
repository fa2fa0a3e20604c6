import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

interface Program {
  readonly child: ChildProcess
  readonly err: () => string
  /** Process ids of the pods that were started so far. */
  readonly pods: () => readonly number[]
}

function start(t: TestContext, ...argv: string[]): Program {
  let text = ''
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  t.after(() => child.kill('SIGKILL'))
  return {
    child,
    err: () => text,
    pods: () => [...text.matchAll(/pod started: pid (\d+)/g)].map((match) => Number(match[1])),
  }
}

async function until(what: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !what();) {
    assert.ok(performance.now() < end, 'not within 10 s')
    await sleep(20)
  }
}

/** Whether any process is left of the group that a pod leads, its children included. */
function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0)
    return true
  } catch {
    return false
  }
}

const flags = ['--readiness', 'tcp', '--replicas', '2', '--', process.execPath, 'test/fixtures/parent-app.ts']

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`rehearse leaves no process behind after ${signal} in the middle of a run, and exits with ${code}`, async (t) => {
    const program = start(t, 'src/cli/bin.ts', 'rehearse', ...flags)
    await until(() => program.err().includes('phase baseline'))
    const pods = program.pods()
    assert.ok(pods.length >= 2 && pods.every(groupLives))
    program.child.kill(signal)
    assert.deepEqual(await once(program.child, 'exit'), [code, null])
    await until(() => !pods.some(groupLives))
    assert.match(program.err(), new RegExp(`Interrupted by ${signal}`))
  })
}

test('rehearse leaves no process behind when it is interrupted before a pod is ready', async (t) => {
  const program = start(
    t,
    'src/cli/bin.ts',
    'rehearse',
    '--replicas',
    '2',
    '--',
    process.execPath,
    'test/fixtures/silent-app.ts',
  )
  await until(() => program.pods().length === 2)
  program.child.kill('SIGINT')
  assert.deepEqual(await once(program.child, 'exit'), [130, null])
  await until(() => !program.pods().some(groupLives))
})

test('rehearse leaves no process behind when it fails by an exception of its own', async (t) => {
  const program = start(t, 'test/fixtures/throwing-rehearsal.ts')
  const [code] = (await once(program.child, 'exit')) as [number]
  assert.notEqual(code, 0)
  assert.match(program.err(), /nobody catches this/)
  assert.ok(program.pods().length > 0)
  await until(() => !program.pods().some(groupLives))
})
