import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { askSupervisor } from '../../src/process/control-client.ts'
import { eventually } from '../helpers/eventually.ts'
import { processesOf } from '../helpers/left-behind.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

async function serving(
  t: TestContext,
  options: Parameters<typeof startSupervised>[1] = {},
): Promise<Supervised> {
  const supervised = await startSupervised(t, options)
  await supervised.serves(1)
  return supervised
}

async function ended(supervised: Supervised, withinMs?: number): Promise<number | null> {
  const { code } = await supervised.child.exit(withinMs)
  assert.deepEqual(processesOf(supervised), [])
  return code
}

function isAt(supervised: Supervised, state: string): Promise<void> {
  return eventually(`it is ${state}`, async () => (await supervised.status()).state === state)
}

/** How a restart ended, in the words of the control socket. */
async function restart(supervised: Supervised, reason: string): Promise<readonly [string, string]> {
  const answer = await askSupervisor(supervised.control, { command: 'restart', reason })
  return answer.ok ? ['completed', answer.detail ?? ''] : [answer.outcome, answer.detail]
}

test('a hundred SIGHUPs in a second under requests: none of them fails', async (t) => {
  const supervised = await serving(t)
  let isOver = false
  const failures: unknown[] = []
  let answered = 0
  const clients = Array.from({ length: 8 }, async () => {
    while (!isOver)
      await supervised.get().then(
        () => answered++,
        (error: unknown) => failures.push(error),
      )
  })
  for (let count = 0; count < 100; count++) {
    supervised.child.kill('SIGHUP')
    await sleep(10)
  }
  await isAt(supervised, 'serving')
  isOver = true
  await Promise.all(clients)
  assert.deepEqual(failures, [])
  assert.ok(answered > 100, `${answered} answers`)
  const { restarts } = await supervised.status()
  assert.ok(restarts.completed >= 2 && restarts.failed + restarts.rolledBack === 0)
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 0)
})

test('a stopped (SIGSTOP) generation is killed at the stop, after the hammer time', async (t) => {
  const supervised = await serving(t, { args: ['--hammer-after', '500ms'] })
  process.kill((await supervised.get()).pid, 'SIGSTOP')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 137)
})

test('a generation that ignores SIGTERM and has no lastcall is killed after the hammer time', async (t) => {
  const supervised = await serving(t, {
    command: ['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
    args: ['--hammer-after', '500ms', '--ready', 'alive:100ms'],
  })
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 137)
})

const neverReady = { version: '2', behaviour: 'never ready' } as const

test('SIGTERM while the new generation starts: everything ends, and the restart is answered', async (t) => {
  const supervised = await serving(t)
  supervised.release(neverReady)
  const answer = restart(supervised, 'test')
  await isAt(supervised, 'replacing')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 0)
  assert.deepEqual(await answer, ['stopped', 'the supervisor is stopping: SIGTERM'])
})

test('SIGTERM in the soak: both generations drain', async (t) => {
  const supervised = await serving(t, { args: ['--soak', '60s'] })
  const slow = supervised.get('/slow?ms=1500')
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  const answer = restart(supervised, 'test')
  await isAt(supervised, 'soaking')
  supervised.child.kill('SIGTERM')
  assert.equal((await slow).generation, '1')
  assert.equal(await ended(supervised), 0)
  assert.deepEqual(await answer, ['stopped', 'the supervisor is stopping: SIGTERM'])
})

test('SIGTERM during --pre-start: the command is killed, and the end does not wait for it', async (t) => {
  const supervised = await serving(t, { args: ['--pre-start', 'setsid sleep 1000 & sleep 1000; true'] })
  const answer = restart(supervised, 'test')
  await isAt(supervised, 'checking')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised, 10_000), 0)
  assert.equal((await answer)[0], 'stopped')
})

test('SIGTERM in the back-off ends at once, with the code of the last generation', async (t) => {
  const supervised = await startSupervised(t, { release: { version: '1', behaviour: 'ends at once' } })
  await supervised.child.line(/generation 4 has ended/, 'stderr')
  await isAt(supervised, 'waiting')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 7)
})

test('SIGTERM before the first generation is ready: everything ends', async (t) => {
  const supervised = await startSupervised(t, { release: neverReady })
  await supervised.child.line(/startupCompleted/, 'stderr')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 0)
})

test('a pre-start command that refuses, or hangs, leaves the old generation alone', async (t) => {
  const folder = temporaryFolder(t)
  const verdict = join(folder, 'verdict')
  writeFileSync(verdict, 'echo the schema is too old >&2; exit 3')
  const supervised = await serving(t, { args: ['--pre-start', `. ${verdict}`, '--ready-timeout', '2s'] })
  const [refused, why] = await restart(supervised, 'test')
  assert.equal(refused, 'failed')
  assert.equal(why, 'the pre-start command refused the restart: it exited with code 3: the schema is too old')
  writeFileSync(verdict, 'trap "" TERM; sleep 1000; exit 0')
  const [hung, because] = await restart(supervised, 'test')
  assert.equal(hung, 'failed')
  assert.match(because, /was killed after 2s/)
  await eventually('the command has ended', () => processesOf(supervised).length === 2)
  assert.equal((await supervised.get()).generation, '1')
  writeFileSync(verdict, 'exit 0')
  assert.equal((await restart(supervised, 'test'))[0], 'completed')
  supervised.child.kill('SIGTERM')
  assert.equal(await ended(supervised), 0)
})

test('restarts during a restart: one is queued, the latest wins, and the one before is told', async (t) => {
  const supervised = await serving(t, { args: ['--soak', '3s'] })
  const first = restart(supervised, 'the first')
  await isAt(supervised, 'soaking')
  const second = restart(supervised, 'the second')
  await eventually('the second is queued', async () => (await supervised.status()).queued === 'the second')
  const third = restart(supervised, 'the third')
  assert.deepEqual(await second, ['superseded', 'a later restart took its place: the third'])
  assert.deepEqual(await first, ['completed', 'Generation 2 serves'])
  assert.deepEqual(await third, ['completed', 'Generation 3 serves'])
})

test('a restart with --standby: the standby of the old release never serves', async (t) => {
  const supervised = await serving(t, { args: ['--standby'] })
  const standby = async (): Promise<number | undefined> =>
    (await supervised.status()).generations.find(({ phase }) => phase === 'standby')?.generation
  await eventually('there is a standby', async () => (await standby()) === 2)
  supervised.release({ version: '2' })
  assert.equal((await restart(supervised, 'test'))[0], 'completed')
  await eventually('there is a new standby', async () => (await standby()) === 4)
  process.kill((await supervised.get()).pid, 'SIGKILL')
  const { version, generation } = await supervised.get()
  assert.deepEqual([version, generation], ['2', '4'])
  supervised.child.kill('SIGTERM')
  await ended(supervised)
})

test('a file that changes fifty times at once is at most two restarts', async (t) => {
  const path = join(temporaryFolder(t), 'config')
  writeFileSync(path, '0')
  const supervised = await serving(t, { args: ['--watch', path] })
  for (let count = 1; count <= 50; count++) writeFileSync(path, String(count))
  await eventually('it is quiet again', async () => {
    const { state, queued, restarts } = await supervised.status()
    return state === 'serving' && queued === null && restarts.completed > 0
  })
  assert.ok((await supervised.status()).restarts.completed <= 2)
  assert.match(supervised.child.stderr, /restart completed/)
  supervised.child.kill('SIGTERM')
  await once(supervised.child.process, 'exit')
})
