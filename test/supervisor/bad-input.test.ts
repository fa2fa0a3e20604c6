import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askSupervisor } from '../../src/process/control-client.ts'
import { eventually } from '../helpers/eventually.ts'
import { processesOf } from '../helpers/left-behind.ts'
import { startSupervised, type Supervised } from '../helpers/supervised.ts'

const hostile = fileURLToPath(new URL('../fixtures/supervisor/hostile.ts', import.meta.url))

/** A supervised program whose releases misbehave as they are named; the first one does not. */
async function serving(
  t: TestContext,
  options: Parameters<typeof startSupervised>[1] = {},
): Promise<Supervised> {
  const supervised = await startSupervised(t, { command: [process.execPath, hostile], ...options })
  await supervised.serves(1)
  return supervised
}

async function ends(supervised: Supervised): Promise<number | null> {
  supervised.child.kill('SIGTERM')
  const { code } = await supervised.child.exit()
  assert.deepEqual(processesOf(supervised), [])
  return code
}

/** It has not died of what it was told, and still restarts. */
async function restartsWell(supervised: Supervised, generation: number): Promise<void> {
  supervised.release({ version: 'good' })
  assert.equal(await supervised.restart(), 'completed')
  // For a moment both generations may accept.
  await eventually('only the good one answers', async () => {
    const answer = await supervised.get()
    return answer.version === 'good' && answer.generation === String(generation)
  })
  assert.equal(await ends(supervised), 0)
}

test('a release that forks and ends: its grandchild serves nobody, and the old generation goes on', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'forks and ends' })
  assert.equal(await supervised.restart(), 'failed')
  await eventually('the grandchild has ended', () => processesOf(supervised).length === 2)
  for (let count = 0; count < 20; count++) assert.equal((await supervised.get()).version, '1')
  assert.match(
    (await supervised.status()).lastFailure?.detail ?? '',
    /exited with code 0 before it was ready/,
  )
  await restartsWell(supervised, 3)
})

test('a release that closes fd 3 fails, and the old generation goes on', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'closes fd 3' })
  assert.equal(await supervised.restart(), 'failed')
  assert.equal((await supervised.get()).version, '1')
  assert.match(supervised.child.stderr, /descriptor 3 of the socket 'http' is closed/)
  await restartsWell(supervised, 3)
})

test('a first release that is never ready: one sentence for each try, and the end after the limit', async (t) => {
  const supervised = await startSupervised(t, {
    release: { version: '1', behaviour: 'never ready' },
    args: ['--ready-timeout', '1s', '--crash-limit', '1'],
  })
  assert.notEqual((await supervised.child.exit()).code, 0)
  assert.match(supervised.child.stderr, /generation 2 did not become ready within 1s after its start/)
  assert.doesNotMatch(supervised.child.stderr, /generation 3/)
  assert.deepEqual(processesOf(supervised), [])
})

test('a program in which no lifecycle starts: a warning says what to do', async (t) => {
  const supervised = await startSupervised(t, {
    command: [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
    args: ['--ready-timeout', '2s', '--crash-limit', '1'],
  })
  const line = await supervised.child.line(
    /generation 1 has run for 1s, and no lifecycle has started/,
    'stderr',
  )
  assert.match(String(line), /not npm or a shell.*--auto.*--ready/)
  // Without lastcall it would not notice that its supervisor is gone.
  supervised.child.kill('SIGTERM')
  await supervised.child.exit()
})

test('a program that prints a gigabyte does not make the supervisor larger', async (t) => {
  const supervised = await startSupervised(t, {
    command: [process.execPath, hostile],
    release: { version: 'prints a gigabyte' },
    before: ['/bin/sh', '-c', 'exec "$0" "$@" >/dev/null'],
  })
  const residentKb = (): number => {
    const status = readFileSync(`/proc/${supervised.child.process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  }
  await supervised.serves(1)
  const before = residentKb()
  await supervised.child.line(/has printed/, 'stderr')
  assert.ok(residentKb() < before + 50_000, `${before} KiB before, ${residentKb()} KiB after`)
  await ends(supervised)
})

for (const version of ['leaves a session behind', 'multiplies'])
  test(`a release that ${version}, deaf to SIGTERM: nothing of it survives a restart, or the stop`, async (t) => {
    const supervised = await serving(t)
    supervised.release({ version })
    assert.equal(await supervised.restart(), 'completed')
    assert.ok(processesOf(supervised).length > 2)
    supervised.release({ version: 'good' })
    assert.equal(await supervised.restart(), 'completed')
    await eventually('only the new generation is left', () => processesOf(supervised).length === 2)
    supervised.release({ version })
    assert.equal(await supervised.restart(), 'completed')
    assert.equal(await ends(supervised), 0)
  })

test('a program that closes its channel is replaced, and nobody is refused', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'disconnects' })
  assert.equal(await supervised.restart(), 'completed')
  supervised.release({ version: 'good' })
  await supervised.serves(3)
  assert.equal((await supervised.get()).version, 'good')
  await restartsWell(supervised, 4)
})

test('garbage on the channel before it is ready fails nothing but itself', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'garbage before ready' })
  assert.equal(await supervised.restart(), 'completed')
  await restartsWell(supervised, 3)
})

test('garbage on the channel of the serving generation: it keeps its time to drain', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'garbage' })
  assert.equal(await supervised.restart(), 'completed')
  await supervised.child.line(/the last of it/, 'stderr')
  assert.ok(supervised.child.stderr.length < 1_000_000, `${supervised.child.stderr.length} characters of log`)
  const slow = supervised.get('/slow?ms=2000')
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  await restartsWell(supervised, 3)
  assert.equal((await slow).generation, '2')
})

test('garbage on the channel in the soak does not end the supervisor', async (t) => {
  const supervised = await serving(t, { args: ['--soak', '20s'] })
  supervised.release({ version: 'garbage' })
  assert.equal(await supervised.restart(), 'rolled-back')
  assert.match((await supervised.status()).lastFailure?.detail ?? '', /generation 2 turned unready: x{1000}$/)
  await ends(supervised)
})

test('garbage as an answer: status and restart work, and its metrics are left out', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'answers with garbage' })
  assert.equal(await supervised.restart(), 'completed')
  const { generations } = await supervised.status()
  assert.equal(generations.find(({ generation }) => generation === 2)?.inFlight?.request, 0)
  await restartsWell(supervised, 3)
})

test('bytes on the channel that are no message: the generation is replaced, and the supervisor lives', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'bytes' })
  assert.equal(await supervised.restart(), 'completed')
  supervised.release({ version: 'good' })
  await supervised.serves(3)
  await supervised.child.line(/is not ready.*it wrote on its channel what is no message/, 'stderr')
  await restartsWell(supervised, 4)
})

test('a release that says that it is ready thousands of times is one restart', async (t) => {
  const supervised = await serving(t)
  supervised.release({ version: 'ready thousands of times' })
  assert.equal(await supervised.restart(), 'completed')
  assert.equal((await supervised.status()).restarts.completed, 1)
  await restartsWell(supervised, 3)
})

test('garbage on the control socket is answered, and does no harm', async (t) => {
  const supervised = await serving(t)
  for (const command of [42, null, [], { command: 42 }, { command: 'restart' }, { command: '__proto__' }]) {
    const answer = await askSupervisor(supervised.control, command as never)
    assert.equal(answer.ok, false)
  }
  await restartsWell(supervised, 2)
})
