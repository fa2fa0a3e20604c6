import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { Child } from '../helpers/child.ts'
import { eventually } from '../helpers/eventually.ts'
import { bin, startSupervised, type Supervised } from '../helpers/supervised.ts'

interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `lastcall VERB` as a user does. */
async function run(t: TestContext, { control }: Supervised, ...words: readonly string[]): Promise<Said> {
  const child = new Child(
    spawn(process.execPath, [bin, ...words, '--control', control], { stdio: ['ignore', 'pipe', 'pipe'] }),
  )
  t.after(() => child.process.kill('SIGKILL'))
  const { code } = await child.exit()
  return { code, stdout: child.stdout, stderr: child.stderr }
}

test('lastcall restart waits for the next generation, and says which one serves', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  supervised.release({ version: '2' })
  assert.deepEqual(await run(t, supervised, 'restart'), {
    code: 0,
    stdout: 'Generation 2 serves\n',
    stderr: '',
  })
  await eventually('it answers', async () => (await supervised.get()).version === '2')
})

test('lastcall restart of a bad release exits with 1, and says why', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  supervised.release({ version: '2', behaviour: 'ends at once' })
  const { code, stderr } = await run(t, supervised, 'restart')
  assert.equal(code, 1)
  assert.match(stderr, /^failed: generation 2 exited with code 7 before it was ready/)
  const { stdout } = await run(t, supervised, 'status')
  assert.match(stdout, new RegExp(`^lastcall run, pid ${supervised.child.process.pid}: serving, ready`))
  assert.match(stdout, /generation 2 exited with code 7 before it was ready/)
})

test('lastcall hammer ends the generation that drains, and leaves the one alone that serves', async (t) => {
  const supervised = await startSupervised(t, { args: ['--hammer-after', '60s'] })
  await supervised.serves(1)
  const lost = assert.rejects(supervised.get('/slow?ms=60000'), { code: 'ECONNRESET' })
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  assert.equal((await run(t, supervised, 'restart')).code, 0)
  const hammered = await run(t, supervised, 'hammer')
  assert.deepEqual(hammered, {
    code: 0,
    stdout: '1 generation was ending and must end at once\n',
    stderr: '',
  })
  await lost
  await eventually('the old generation has ended', async () => (await supervised.status()).ended.length === 1)
  const [ended] = (await supervised.status()).ended
  assert.deepEqual([ended?.generation, ended?.signal], [1, 'SIGKILL'])
  assert.equal((await supervised.get()).generation, '2')
  assert.equal((await run(t, supervised, 'hammer')).stdout, 'No generation was ending\n')
  assert.equal((await supervised.get()).generation, '2')
})

test('lastcall stop drains, and returns when everything has ended', async (t) => {
  const supervised = await startSupervised(t)
  await supervised.serves(1)
  const slow = supervised.get('/slow?ms=3000')
  await eventually('the request is in flight', async () => {
    return (await supervised.status()).generations[0]?.inFlight?.request === 1
  })
  const stopped = await run(t, supervised, 'stop')
  assert.deepEqual(stopped, { code: 0, stdout: 'The supervisor has stopped\n', stderr: '' })
  assert.equal((await slow).generation, '1')
  assert.deepEqual(await supervised.child.exit(), { code: 0, signal: null })
  assert.equal(existsSync(supervised.control), false)
})
