import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { eventually } from '../helpers/eventually.ts'
import { testWith } from '../helpers/needs.ts'
import { innerPid, pidOneCommand } from '../helpers/pid-one.ts'
import { startSupervised, type Supervised, type SupervisedOptions } from '../helpers/supervised.ts'

const testAsPidOne = testWith('a PID namespace')
const hostile = fileURLToPath(new URL('../fixtures/supervisor/hostile.ts', import.meta.url))

async function servingAsPidOne(t: TestContext, options: SupervisedOptions = {}): Promise<Supervised> {
  const supervised = await startSupervised(t, { before: pidOneCommand, ...options })
  await supervised.serves(1)
  return supervised
}

/** Children of a process, and what the kernel says of each: R, S, Z for a zombie. */
function childrenOf(pid: number): readonly { readonly pid: number; readonly state: string }[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').match(/\d+/g) ?? []
  return pids.flatMap((child) => {
    const state = stateOf(child)
    return state === null ? [] : [{ pid: Number(child), state }]
  })
}

/** Null when it has been reaped in the meantime. */
function stateOf(pid: string): string | null {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? null
  } catch {
    return null
  }
}

for (const signal of ['SIGHUP', 'SIGUSR2'] as const) {
  testAsPidOne(`as PID 1, ${signal} restarts in place, and the request in flight is answered`, async (t) => {
    const supervised = await servingAsPidOne(t)
    const slow = supervised.get('/slow?ms=1500')
    await eventually('the request is in flight', async () => {
      return (await supervised.status()).generations[0]?.inFlight?.request === 1
    })
    supervised.release({ version: '2' })
    process.kill(innerPid(supervised.child), signal)
    await supervised.child.line(/restart completed/, 'stderr')
    await eventually('the next one answers', async () => (await supervised.get()).version === '2')
    assert.equal((await slow).version, '1')
  })
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  testAsPidOne(`as PID 1, ${signal} drains, and the container ends with 0`, async (t) => {
    const supervised = await servingAsPidOne(t)
    const slow = supervised.get('/slow?ms=1000')
    await eventually('the request is in flight', async () => {
      return (await supervised.status()).generations[0]?.inFlight?.request === 1
    })
    process.kill(innerPid(supervised.child), signal)
    assert.equal((await slow).generation, '1')
    assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  })
}

testAsPidOne('as PID 1, a bad release is not taken over, and the next restart works', async (t) => {
  const supervised = await servingAsPidOne(t)
  supervised.release({ version: '2', behaviour: 'ends at once' })
  assert.equal(await supervised.restart(), 'failed')
  assert.equal((await supervised.get()).version, '1')
  supervised.release({ version: '3' })
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the next one answers', async () => (await supervised.get()).version === '3')
})

testAsPidOne('as PID 1, what a generation leaves behind does not stay as a zombie', async (t) => {
  const command = [process.execPath, hostile]
  const supervised = await servingAsPidOne(t, { command })
  supervised.release({ version: 'leaves a session behind' })
  assert.equal(await supervised.restart(), 'completed')
  supervised.release({ version: 'good' })
  assert.equal(await supervised.restart(), 'completed')
  await eventually('the generation has ended', async () => (await supervised.status()).ended.length === 2)
  const init = innerPid(supervised.child)
  await eventually('the supervisor is the only child', () => childrenOf(init).length === 1)
  const [{ pid: supervisor } = { pid: 0 }] = childrenOf(init)
  await eventually('no child of it is a zombie', () =>
    childrenOf(supervisor).every(({ state }) => state !== 'Z'),
  )
})

testAsPidOne('as PID 1, the container ends with the exit code of the program', async (t) => {
  const supervised = await startSupervised(t, {
    before: pidOneCommand,
    release: { version: '1', behaviour: 'ends at once' },
    args: ['--crash-limit', '1'],
  })
  assert.deepEqual(await supervised.child.exit(), { code: 7, signal: null })
})

testAsPidOne(
  'as PID 1, a program that ignores SIGTERM is killed, and the container ends with 137',
  async (t) => {
    const supervised = await servingAsPidOne(t, {
      command: ['/bin/sh', '-c', 'trap "" TERM; while kill -0 $LASTCALL_SUPERVISOR; do sleep 0.05; done'],
      args: ['--hammer-after', '500ms', '--ready', 'alive:100ms'],
    })
    process.kill(innerPid(supervised.child), 'SIGTERM')
    assert.deepEqual(await supervised.child.exit(), { code: 137, signal: null })
  },
)
